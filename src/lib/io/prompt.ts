import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';
import type { Streams } from './streams.ts';

export interface PromptSettings {
  readonly yes: boolean;
  readonly input: boolean;
}

/**
 * Asks before a change. `--yes` answers for the user; where nobody can answer (no terminal, `--no-input`) it refuses at
 * once instead of waiting. A "no" is CvopsError `Declined`, exit code 7.
 */
export async function confirm(question: string, streams: Streams, settings: PromptSettings): Promise<void> {
  if (settings.yes) return;
  if (!settings.input || !streams.stdin.isTTY || !streams.stderr.isTTY) {
    throw new CvopsError(
      'ConfirmationNeeded',
      ExitCode.usage,
      `this changes AWS and nobody can be asked here: ${question}`,
      {
        hint: 'add --yes to go ahead, or --dry-run to see what would happen.',
      },
    );
  }
  const { default: ask } = await import('@inquirer/confirm');
  let agreed: boolean;
  try {
    agreed = await ask({ message: question, default: false }, { output: process.stderr });
  } catch (cause) {
    throw new CvopsError('Declined', ExitCode.interrupted, 'interrupted at the prompt; nothing was changed.', {
      cause,
    });
  }
  if (!agreed) throw new CvopsError('Declined', ExitCode.declined, 'declined; nothing was changed.');
}
