import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';
import type { Streams } from './streams.ts';

export interface PromptSettings {
  readonly yes: boolean;
  readonly input: boolean;
}

/**
 * Refuses a change at once where nobody can answer (no terminal, `--no-input`) and `--yes` was not given: nothing may
 * wait for input that never comes. @throws CvopsError `ConfirmationNeeded`, exit code 2.
 */
export function requireConsentPossible(streams: Streams, settings: PromptSettings): void {
  if (settings.yes || (settings.input && streams.stdin.isTTY && streams.stderr.isTTY)) return;
  throw new CvopsError('ConfirmationNeeded', ExitCode.usage, 'this changes AWS, and nobody can be asked here.', {
    hint: 'add --yes to go ahead, or --dry-run to see what would happen.',
  });
}

/** Asks before a change; `--yes` answers for the user. @throws CvopsError `Declined`, exit code 7 (130 on Ctrl-C). */
export async function confirm(question: string, streams: Streams, settings: PromptSettings): Promise<void> {
  if (settings.yes) return;
  requireConsentPossible(streams, settings);
  const { createInterface } = await import('node:readline/promises');
  const line = createInterface({ input: process.stdin, output: process.stderr });
  let answer: string;
  try {
    answer = await new Promise<string>((resolve, reject) => {
      line.once('SIGINT', () => {
        streams.stderr.write('\n');
        reject(new Error('SIGINT'));
      });
      // The end of input (Ctrl-D) is no yes.
      line.once('close', () => resolve(''));
      line.question(`${question} (y/N) `).then(resolve, reject);
    });
  } catch (cause) {
    throw new CvopsError('Declined', ExitCode.interrupted, 'interrupted at the prompt; nothing was changed.', {
      cause,
    });
  } finally {
    line.close();
  }
  const agreed = /^y(es)?$/i.test(answer.trim());
  if (!agreed) throw new CvopsError('Declined', ExitCode.declined, 'declined; nothing was changed.');
}
