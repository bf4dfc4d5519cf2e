import type { Context } from '../lib/context.ts';
import { CvopsError } from '../lib/errors/cvops-error.ts';
import type { Outcome } from '../lib/io/outcome.ts';
import { loadPaint } from '../lib/io/paint.ts';
import { type OutputFormat, render } from '../lib/io/render.ts';
import { usageError } from './parse.ts';

/** A result that has no end, told part after part until Ctrl-C. */
export interface Endless {
  readonly format: OutputFormat;
  /** Formats in which all has been told, for the outcome at the end. */
  readonly toldIn: readonly OutputFormat[];
  /** A part as it is written to stdout. */
  rendered(part: Outcome): Promise<string>;
}

const ENDLESS: readonly OutputFormat[] = ['table', 'tsv', 'ndjson'];

/** @param flag that asks for it. @throws CvopsError `UsageError` for a format that is one document. */
export async function endless(context: Context, flag: string): Promise<Endless> {
  const { stdout } = context.streams;
  const format = context.settings.output ?? (stdout.isTTY ? 'table' : 'tsv');
  if (!ENDLESS.includes(format)) {
    throw usageError(
      `${flag} has no end, and ${format} is one document.`,
      `use --output ndjson, or leave ${flag} out.`,
    );
  }
  const paint = await loadPaint(stdout, context.env, context.settings.color);
  return {
    format,
    toldIn: ENDLESS,
    rendered: (part) => render(context.redactor.value(part), format, undefined, paint, stdout.columns),
  };
}

/**
 * Does one thing again and again, so many ms apart, until Ctrl-C, which is how it is meant to end. Once it has succeeded,
 * a failure is noted and it is tried again: a network that is away for a minute ends nothing.
 */
export async function untilInterrupted(
  { clock, signal, note }: Pick<Context, 'clock' | 'signal' | 'note'>,
  everyMs: number,
  step: () => Promise<void>,
): Promise<void> {
  let hasSucceeded = false;
  let noted: string | undefined;
  while (!signal.aborted) {
    try {
      await step();
      hasSucceeded = true;
      noted = undefined;
    } catch (cause) {
      // A call that was under way ends with an error of its own.
      if (signal.aborted) return;
      if (!hasSucceeded || !(cause instanceof CvopsError)) throw cause;
      if (noted !== cause.message) note(`${cause.message} Trying again.`);
      noted = cause.message;
    }
    await clock.sleep(everyMs, signal).catch((cause: unknown) => {
      if (!signal.aborted) throw cause;
    });
  }
}
