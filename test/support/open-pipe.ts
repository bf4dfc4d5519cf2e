import { CvopsError } from '../../src/lib/errors/cvops-error.ts';
import { ExitCode } from '../../src/lib/errors/exit-code.ts';

/** A pipe that says `text` and then stays open, on which Ctrl-C is pressed. */
export async function* openPipe(text: string, interrupt: AbortController): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
  interrupt.abort(new CvopsError('Interrupted', ExitCode.interrupted, 'interrupted.'));
  await new Promise(() => {});
}
