import type { Streams } from './streams.ts';

/** Says what is going on, on stderr: a spinner on a terminal, a line now and then elsewhere, nothing when quiet. */
export interface Progress {
  /** The current state in one short line. */
  update(line: string): void;
  /** A line that stays. */
  milestone(line: string): void;
  stop(): void;
}

const SILENT: Progress = { update() {}, milestone() {}, stop() {} };

/** At most one state line in this time where there is no terminal. */
const LINE_EVERY_MS = 5_000;

export async function startProgress(
  streams: Streams,
  options: { quiet: boolean; now: () => number; clean?: (line: string) => string },
): Promise<Progress> {
  const { stderr } = streams;
  if (options.quiet) return SILENT;
  // A terminal that does not tell its width (0 columns) hangs ora, which divides by it.
  if (!stderr.isTTY || process.stderr.columns === 0) {
    let last = options.now();
    return {
      update(line) {
        if (options.now() - last < LINE_EVERY_MS) return;
        last = options.now();
        stderr.write(`${line}\n`);
      },
      milestone: (line) => stderr.write(`${line}\n`),
      stop() {},
    };
  }
  const { default: ora } = await import('ora');
  const spinner = ora({ stream: process.stderr, discardStdin: false });
  return {
    update(line) {
      // Not through the command's streams: it draws on the terminal itself.
      spinner.text = options.clean?.(line) ?? line;
      if (!spinner.isSpinning) spinner.start();
    },
    milestone(line) {
      const spinning = spinner.isSpinning;
      spinner.stop();
      stderr.write(`${line}\n`);
      if (spinning) spinner.start();
    },
    stop: () => {
      spinner.stop();
    },
  };
}
