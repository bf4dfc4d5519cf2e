import type { LogLine } from '../../aws/ports/function-logs.ts';

/** Lines of one stack trace follow each other at once. */
const TOGETHER_MS = 1_000;
const LONGEST = 64_000;
const CONTINUES =
  /^(?:\s+at\s|\s*\.\.\. \d+ (?:more|common frames)|Caused by:|\s+Suppressed:|\s+File "|Runtime\.ExitError\s*$)/;
const TRACE = 'Traceback (most recent call last):';

/**
 * Joins stack traces that were logged line by line (Python's `print`, Java's `printStackTrace`) to one line each: one
 * event of CloudWatch for each line, in the same stream, at once. Lines must be in order of time.
 */
export function foldLines(lines: readonly LogLine[]): readonly LogLine[] {
  const folded: LogLine[] = [];
  const open = new Map<string, { index: number; inTrace: boolean }>();
  for (const line of lines) {
    const last = open.get(line.stream);
    const before = last === undefined ? undefined : folded[last.index]!;
    if (last !== undefined && before !== undefined && line.at - before.at <= TOGETHER_MS) {
      const indented = /^[\s\u00a0]/.test(line.message);
      const joins = CONTINUES.test(line.message) || last.inTrace;
      if (joins && before.message.length + line.message.length < LONGEST) {
        // The first line that is not indented is the traceback's error, and its end.
        if (last.inTrace && !indented) last.inTrace = false;
        folded[last.index] = { ...before, message: `${before.message}\n${line.message}` };
        continue;
      }
    }
    folded.push(line);
    open.set(line.stream, { index: folded.length - 1, inTrace: endsInTrace(line.message) });
  }
  return folded;
}

/** Whether a traceback has begun whose error is still to come. */
function endsInTrace(message: string): boolean {
  const at = message.lastIndexOf(TRACE);
  if (at < 0 || message.slice(0, at).trim() !== '') return false;
  return message
    .slice(at)
    .split('\n')
    .slice(1)
    .every((line) => line.trim() === '' || /^[\s\u00a0]/.test(line));
}
