import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';
import type { Streams } from './streams.ts';

export interface PromptSettings {
  readonly yes: boolean;
  readonly input: boolean;
}

/**
 * Refuses a change at once where nobody can answer (no terminal, `--no-input`) and `--yes` was not given: nothing may
 * wait for input that never comes.
 * @param what is changed, in words: `AWS`
 * @throws CvopsError `ConfirmationNeeded`, exit code 2.
 */
export function requireConsentPossible(streams: Streams, settings: PromptSettings, what: string): void {
  if (settings.yes || canAsk(streams, settings)) return;
  throw new CvopsError('ConfirmationNeeded', ExitCode.usage, `this changes ${what}, and nobody can be asked here.`, {
    hint: 'add --yes to go ahead, or --dry-run to see what would happen.',
  });
}

/** Asks before a change; `--yes` answers for the user. @throws CvopsError `Declined`, exit code 7 (130 on Ctrl-C). */
export async function confirm(question: string, streams: Streams, settings: PromptSettings): Promise<void> {
  if (settings.yes) return;
  requireConsentPossible(streams, settings, 'something');
  const answer = await ask(`${question} (y/N) `, streams);
  if (!/^y(es)?$/i.test(answer.trim())) throw declined('declined; nothing was changed.');
}

/**
 * Asks for a name to be typed before something is destroyed. `--yes` does not answer this, `--confirm NAME` does.
 * @param given what `--confirm` says
 * @throws CvopsError `ConfirmationNeeded` or `ConfirmationMismatch` (2), `Declined` (7, 130 on Ctrl-C)
 */
export async function confirmName(
  question: string,
  name: string,
  given: string | undefined,
  streams: Streams,
  settings: PromptSettings,
): Promise<void> {
  if (given === name) return;
  if (given !== undefined) {
    throw new CvopsError('ConfirmationMismatch', ExitCode.usage, `--confirm "${given}" is not "${name}".`, {
      hint: `nothing was changed; --confirm ${name} if that is what you mean.`,
    });
  }
  if (!canAsk(streams, settings)) {
    throw new CvopsError(
      'ConfirmationNeeded',
      ExitCode.usage,
      `the name "${name}" must be typed, and nobody can be asked here.`,
      {
        hint: `add --confirm ${name} --yes to go ahead, or --dry-run to see what would happen.`,
      },
    );
  }
  const answer = await ask(`${question} Type its name to go ahead: `, streams);
  if (answer.trim() !== name) throw declined(`that is not "${name}"; nothing was changed.`);
}

function canAsk(streams: Streams, settings: PromptSettings): boolean {
  return settings.input && streams.stdin.isTTY && streams.stderr.isTTY;
}

function declined(message: string): CvopsError {
  return new CvopsError('Declined', ExitCode.declined, message);
}

async function ask(question: string, streams: Streams): Promise<string> {
  const { createInterface } = await import('node:readline/promises');
  const line = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await new Promise<string>((resolve, reject) => {
      line.once('SIGINT', () => {
        streams.stderr.write('\n');
        reject(new Error('SIGINT'));
      });
      // The end of input (Ctrl-D) is no yes.
      line.once('close', () => resolve(''));
      line.question(question).then(resolve, reject);
    });
  } catch (cause) {
    throw new CvopsError('Declined', ExitCode.interrupted, 'interrupted at the prompt; nothing was changed.', {
      cause,
    });
  } finally {
    line.close();
  }
}
