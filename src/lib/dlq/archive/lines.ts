import type { FileHandle } from 'node:fs/promises';
import { CvopsError } from '../../errors/cvops-error.ts';
import { ExitCode } from '../../errors/exit-code.ts';

/** One line of a file, without its line feed. */
export interface Line {
  /** From 1. */
  readonly number: number;
  readonly bytes: Buffer;
  /** False for a last line without a line feed. */
  readonly whole: boolean;
  /** Offset behind the line. */
  readonly end: number;
}

const CHUNK = 1 << 18;
/** Six times the longest message (all of it escaped) and room for the rest. */
const LONGEST_LINE = 8 << 20;

/**
 * The lines of a file from its start, in constant memory; may be read again.
 * @param onChunk sees all bytes, in order
 * @throws CvopsError `InvalidArchive` for a line that no message can need
 */
export async function* readLines(
  file: FileHandle,
  name: string,
  onChunk: (chunk: Buffer) => void = () => {},
): AsyncGenerator<Line, void, undefined> {
  let rest: Buffer[] = [];
  let restLength = 0;
  let number = 0;
  let offset = 0;
  for (;;) {
    const buffer = Buffer.allocUnsafe(CHUNK);
    const { bytesRead } = await file.read(buffer, 0, CHUNK, offset);
    if (bytesRead === 0) break;
    const chunk = buffer.subarray(0, bytesRead);
    onChunk(chunk);
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      const bytes =
        rest.length === 0 ? chunk.subarray(start, end) : Buffer.concat([...rest, chunk.subarray(start, end)]);
      rest = [];
      restLength = 0;
      start = end + 1;
      yield { number: ++number, bytes, whole: true, end: offset + start };
    }
    if (start < chunk.length) {
      rest.push(chunk.subarray(start));
      restLength += chunk.length - start;
      if (restLength > LONGEST_LINE) {
        const message = `${name}, line ${number + 1} is longer than any message can be (over ${LONGEST_LINE >> 20} MiB).`;
        throw new CvopsError('InvalidArchive', ExitCode.failed, message, { hint: 'is this an export of cvops?' });
      }
    }
    offset += bytesRead;
  }
  if (restLength > 0) yield { number: number + 1, bytes: Buffer.concat(rest), whole: false, end: offset };
}
