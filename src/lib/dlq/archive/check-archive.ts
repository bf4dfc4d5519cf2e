import { createHash } from 'node:crypto';
import type { Queue } from '../../aws/ports/queues.ts';
import { CvopsError } from '../../errors/cvops-error.ts';
import { ExitCode } from '../../errors/exit-code.ts';
import { messageBytes } from '../dead-letter.ts';
import { MessageIdSet } from '../replay/message-id-set.ts';
import { unsendable } from '../unsendable.ts';
import type { ArchiveSource } from './archive-source.ts';
import { readLines } from './lines.ts';
import { BadLine, type ParsedLine, parseLine } from './parse-line.ts';

/** What an archive holds, after every line was checked. */
export interface CheckedArchive {
  /** Of its bytes, hex: an import that was interrupted knows its file by it. */
  readonly sha256: string;
  /** Lines of the file, blank ones included. */
  readonly lines: number;
  readonly messages: number;
  /** Lines that hold a message again that an earlier line holds; not counted in `messages`. */
  readonly duplicates: number;
  /** Bytes of bodies and attributes. */
  readonly bytes: number;
  /** Message groups; null where there are too many to count. */
  readonly groups: number | null;
  /** Queues that the messages were exported from, by name; at most ten. */
  readonly origins: readonly string[];
  /** What the second reading must leave out: line numbers of duplicates. */
  readonly duplicateLines: ReadonlySet<number>;
}

const GROUPS_COUNTED = 100_000;
const ORIGINS_TOLD = 10;

/**
 * Reads an archive to its end and checks every line, as a message and for the target, so that nothing is sent of a
 * file that is not whole. Memory follows the number of messages (32 bytes each), not their size.
 * @throws CvopsError `InvalidArchive`, `WrongQueueType`
 */
export async function checkArchive(source: ArchiveSource, target: Queue): Promise<CheckedArchive> {
  const sha = createHash('sha256');
  const ids = new MessageIdSet();
  const contents = new MessageIdSet();
  const duplicateLines = new Set<number>();
  const origins = new Set<string>();
  let groups: Set<string> | null = new Set();
  const bad: { first: BadLine | undefined; count: number } = { first: undefined, count: 0 };
  let lines = 0;
  let messages = 0;
  let bytes = 0;
  for await (const line of readLines(source.file, source.name, (chunk) => sha.update(chunk))) {
    lines = line.number;
    try {
      const parsed = parseLine(line);
      if (parsed === null) continue;
      refuse(parsed, target);
      if (parsed.messageId !== null) {
        const content = digest(parsed);
        if (ids.has(parsed.messageId)) {
          if (!contents.has(content)) {
            throw new BadLine(line.number, 'messageId', `is that of an earlier line with other content`);
          }
          duplicateLines.add(line.number);
          continue;
        }
        ids.add(parsed.messageId);
        contents.add(content);
      }
      messages++;
      bytes += messageBytes(parsed);
      if (parsed.groupId !== null) groups?.add(parsed.groupId);
      if (groups !== null && groups.size > GROUPS_COUNTED) groups = null;
      const origin = parsed.queueArn?.split(':').at(-1);
      if (origin !== undefined && origins.size < ORIGINS_TOLD) origins.add(origin);
    } catch (cause) {
      if (!(cause instanceof BadLine)) throw cause;
      bad.first ??= cause;
      bad.count++;
    }
  }
  if (bad.first !== undefined) throw invalid(source.name, bad.first, bad.count - 1);
  return {
    sha256: sha.digest('hex'),
    lines,
    messages,
    duplicates: duplicateLines.size,
    bytes,
    groups: groups?.size ?? null,
    origins: [...origins],
    duplicateLines,
  };
}

function refuse(parsed: ParsedLine, target: Queue): void {
  // Into the other type order and deduplication would be lost, or the group ids lack.
  if (parsed.fifo !== null && parsed.fifo !== target.fifo) {
    const kind = (fifo: boolean) => (fifo ? 'FIFO' : 'standard');
    const message = `the messages are of a ${kind(parsed.fifo)} queue, and ${target.name} is a ${kind(target.fifo)} one.`;
    throw new CvopsError('WrongQueueType', ExitCode.usage, message, { hint: 'name another queue with --to.' });
  }
  const found = unsendable(parsed, target);
  if (found !== null) throw new BadLine(parsed.line, found.field, found.why);
}

function invalid(name: string, { line, message, hint }: BadLine, others: number): CvopsError {
  const rest = others === 0 ? '' : ` (and ${others} more ${others === 1 ? 'line' : 'lines'})`;
  return new CvopsError('InvalidArchive', ExitCode.failed, `${name}, line ${line}: ${message}${rest}.`, {
    hint: hint ?? 'nothing was sent. docs/archive.md describes the lines.',
  });
}

/** Id and content of a message, in the shape of a UUID for {@link MessageIdSet}. */
function digest({ messageId, groupId, traceHeader, md5OfBody, md5OfAttributes }: ParsedLine): string {
  const md5 = createHash('md5')
    .update(JSON.stringify([messageId, groupId, traceHeader, md5OfBody, md5OfAttributes]))
    .digest('hex');
  return md5.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
