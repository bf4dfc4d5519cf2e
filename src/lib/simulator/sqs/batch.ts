import { ApiError } from '../kernel/api-error.ts';
import type { EntryFault } from '../kernel/faults.ts';
import type { Input } from '../kernel/service.ts';
import { sqsErrors } from './errors.ts';

const MAX_ENTRIES = 10;
const ENTRY_ID = /^[\w-]{1,80}$/;

/** The entries of a batch request: 1 to 10, with distinct and well-formed ids. Throws ApiError. */
export function readBatch(input: Input, entryName: string): readonly Input[] {
  const entries: unknown = input.Entries;
  if (!Array.isArray(entries) || entries.length === 0) throw sqsErrors.emptyBatch(entryName);
  if (entries.length > MAX_ENTRIES) throw sqsErrors.tooManyEntries(entries.length);
  const ids = new Set<string>();
  for (const entry of entries) {
    if (typeof entry?.Id !== 'string' || !ENTRY_ID.test(entry.Id)) throw sqsErrors.invalidEntryId();
    if (ids.has(entry.Id)) throw sqsErrors.repeatedEntryId(entry.Id);
    ids.add(entry.Id);
  }
  return entries;
}

/** Does `work` for each entry; what it throws becomes that entry's failure. */
export function forEachEntry(
  entries: readonly Input[],
  fault: EntryFault | undefined,
  work: (entry: Input) => void,
): Record<string, unknown> {
  const done: Record<string, unknown>[] = [];
  const failed: { id: string; cause: unknown }[] = [];
  for (const entry of entries) {
    try {
      underFault(fault, () => work(entry));
      done.push({ Id: entry.Id });
    } catch (cause) {
      failed.push({ id: entry.Id, cause });
    }
  }
  return batchOutput(done, failed);
}

/** Does the work of one entry, unless a fault rule fails it. A rule may fail it afterwards, too: then the work is done. */
export function underFault<T>(fault: EntryFault | undefined, work: () => T): T {
  const injected = fault?.();
  if (injected === undefined) return work();
  if (injected.afterCommit === true) work();
  throw new ApiError(injected.code, injected.message ?? 'Injected by a fault rule.', {
    status: injected.senderFault === true ? 400 : 500,
  });
}

/** A batch's answer; AWS leaves an empty list out. */
export function batchOutput(
  done: readonly Record<string, unknown>[],
  failed: readonly { readonly id: string; readonly cause: unknown }[],
): Record<string, unknown> {
  const output: Record<string, unknown> = {};
  if (done.length > 0) output['Successful'] = done;
  if (failed.length > 0) output['Failed'] = failed.map(({ id, cause }) => failure(id, cause));
  return output;
}

function failure(id: string, cause: unknown): Record<string, unknown> {
  if (!(cause instanceof ApiError)) throw cause;
  return { Id: id, SenderFault: cause.type === 'Sender', Code: cause.queryCode ?? cause.code, Message: cause.message };
}
