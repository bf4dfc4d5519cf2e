import type { Queue, Queues } from '../../aws/ports/queues.ts';
import type { Clock } from '../../clock.ts';
import { CvopsError } from '../../errors/cvops-error.ts';
import { ExitCode } from '../../errors/exit-code.ts';
import { interruption } from '../../errors/interruption.ts';
import { expected } from '../replay/call-failure.ts';
import type { Chosen } from '../replay/chosen.ts';
import { Lanes } from '../replay/lanes.ts';
import { type SendOutcome, sendProven } from '../replay/send-proven.ts';
import { SendRate } from '../replay/send-rate.ts';
import type { ArchiveSource } from './archive-source.ts';
import type { CheckedArchive } from './check-archive.ts';
import { type ImportLedger, LineSet, openImportLedger } from './import-ledger.ts';
import type { ImportCounts } from './import-record.ts';
import { lineToSend } from './line-to-send.ts';
import { readLines } from './lines.ts';
import { type ParsedLine, parseLine } from './parse-line.ts';

export interface ImportOptions {
  readonly queues: Queues;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly source: ArchiveSource;
  readonly archive: CheckedArchive;
  readonly target: Queue;
  /** Folder of the ledgers. */
  readonly folder: string;
  /** Messages a second; null for as fast as it goes. */
  readonly rate: number | null;
  /** Sends all of it once more, though it is in the target already. */
  readonly again: boolean;
  /** FIFO: sends again what an interrupted import may have sent long ago. */
  readonly resendUncertain: boolean;
  /** Calls at the same time; default 8. */
  readonly concurrency?: number;
  onProgress?(done: { readonly sent: number; readonly failed: number }): void;
  onFailure?(line: number, code: string, message: string): void;
}

export interface ImportResult extends ImportCounts {
  /** Sent by earlier calls; a part of `sent`. */
  readonly sentBefore: number;
  readonly possibleTwins: number;
  /** Messages of the file that are not known to be in the target. */
  readonly remaining: number;
  readonly ledger: string;
  /** Why the import ended early; null when it did not. */
  readonly stopped: CvopsError | null;
}

/** What is read ahead of the sends: enough for all lanes to be busy, little enough for any machine. */
const AHEAD_MESSAGES = 2_000;
const AHEAD_BYTES = 32 << 20;
const BATCH_BYTES = 1 << 20;

/**
 * Sends a checked archive to a queue. On FIFO the order within each group is kept: one message of a group at a time, and a
 * group ends at its first failure. A ledger tells a later call what was sent, so an import that was killed goes on.
 * @throws CvopsError before anything is sent: `AlreadyImported`, `ImportRunning`, `LedgerNotWritable`, `LedgerDamaged`
 */
export async function importMessages(options: ImportOptions): Promise<ImportResult> {
  const { archive, clock, source, target } = options;
  await source.checkUnchanged();
  const ledger = await openImportLedger(
    options.folder,
    {
      type: 'import',
      format: 1,
      at: clock.now(),
      file: source.name,
      sha256: archive.sha256,
      messages: archive.messages,
      target: { name: target.name, arn: target.arn, fifo: target.fifo },
    },
    target,
  );
  try {
    const { before } = ledger;
    if (before !== null && options.again) await ledger.commit({ type: 'again', at: clock.now() });
    else if (before !== null && before.sent.size >= archive.messages) {
      throw alreadyImported(source.name, target, before.lastAt);
    } else if (before !== null) await ledger.commit({ type: 'resumed', at: clock.now() });
    return await new Import(options, ledger).run();
  } finally {
    await ledger.close().catch(() => {});
  }
}

/** The whole file is in the queue by an earlier import. @param at ms since the epoch */
export function alreadyImported(name: string, target: Queue, at: number): CvopsError {
  const message = `all of ${name} was sent to ${target.name} already, at ${new Date(at).toISOString()}.`;
  return new CvopsError('AlreadyImported', ExitCode.gate, message, {
    hint: 'nothing was sent. --again sends all of it once more.',
  });
}

class Import {
  readonly #options: ImportOptions;
  readonly #ledger: ImportLedger;
  readonly #lanes = new Lanes<Chosen>();
  readonly #rate: SendRate;
  readonly #sequences = new Map<string, string>();
  readonly #sentBefore: LineSet;
  readonly #unresolved: ReadonlyMap<number, number>;
  readonly #suffix: string;
  readonly #lines: AsyncGenerator<ParsedLine, void, undefined>;
  #filling: Promise<void> | undefined;
  #read = false;
  /** Those who wait for something to change. */
  #wake: (() => void)[] = [];
  #stopped: CvopsError | null = null;
  #bug = false;
  #sent = 0;
  #failed = 0;
  #suppressed = 0;
  #uncertain = 0;
  #blocked = 0;
  #possibleTwins = 0;

  constructor(options: ImportOptions, ledger: ImportLedger) {
    const before = options.again ? null : ledger.before;
    const round = (ledger.before?.round ?? 1) + (options.again && ledger.before !== null ? 1 : 0);
    this.#options = options;
    this.#ledger = ledger;
    this.#rate = new SendRate(options.rate);
    this.#sentBefore = before?.sent ?? new LineSet();
    this.#unresolved = before?.unresolved ?? new Map();
    this.#suffix = round === 1 ? '' : `-${round}`;
    this.#lines = this.#toSend();
  }

  async run(): Promise<ImportResult> {
    const { archive, clock, concurrency = 8 } = this.#options;
    const ends = await Promise.allSettled(Array.from({ length: concurrency }, () => this.#work()));
    await this.#lines.return();
    const bug = ends.find((end) => end.status === 'rejected');
    if (bug !== undefined) throw bug.reason;
    const sentBefore = this.#sentBefore.size;
    const counts: ImportCounts = {
      sent: sentBefore + this.#sent,
      failed: this.#failed,
      suppressed: this.#suppressed,
      uncertain: this.#uncertain,
      blocked: this.#blocked,
    };
    const remaining = archive.messages - counts.sent;
    // All is sent; a disk that is full now takes nothing from it.
    await this.#ledger.commit({ type: 'end', at: clock.now(), open: remaining, counts }).catch(() => {});
    return {
      ...counts,
      sentBefore,
      possibleTwins: this.#possibleTwins,
      remaining,
      ledger: this.#ledger.path,
      stopped: this.#stopped ?? interruption(this.#options.signal),
    };
  }

  get #over(): boolean {
    return this.#stopped !== null || this.#bug || this.#options.signal.aborted;
  }

  /** The messages of the file that are still to be sent, in its order. */
  async *#toSend(): AsyncGenerator<ParsedLine, void, undefined> {
    const { archive, source } = this.#options;
    for await (const line of readLines(source.file, source.name)) {
      if (archive.duplicateLines.has(line.number) || this.#sentBefore.has(line.number)) continue;
      const parsed = parseLine(line);
      if (parsed !== null) yield parsed;
    }
    await source.checkUnchanged();
  }

  async #work(): Promise<void> {
    const { clock, signal } = this.#options;
    try {
      while (!this.#over) {
        await this.#fill();
        const batch = this.#lanes.take(this.#rate.batchSize, BATCH_BYTES);
        if (batch.length === 0) {
          if (this.#read && this.#lanes.waiting === 0) return;
          // All that waits stands behind messages that others are sending.
          if (!this.#over) await new Promise<void>((resolve) => this.#wake.push(resolve));
          continue;
        }
        const wait = this.#rate.book(batch.length, clock.now());
        if (wait > 0) await clock.sleep(wait, signal).catch(() => {});
        if (!this.#over) await this.#send(batch);
        this.#changed();
      }
    } catch (cause) {
      this.#fail(cause);
    } finally {
      this.#changed();
    }
  }

  #fail(cause: unknown): void {
    try {
      this.#stopped ??= expected(cause);
    } catch (bug) {
      this.#bug = true;
      throw bug;
    }
  }

  #changed(): void {
    const waiting = this.#wake;
    this.#wake = [];
    for (const wake of waiting) wake();
  }

  /** Reads ahead, one reader at a time. */
  #fill(): Promise<void> {
    this.#filling ??= this.#fillNow().finally(() => {
      this.#filling = undefined;
    });
    return this.#filling;
  }

  async #fillNow(): Promise<void> {
    while (!this.#read && this.#lanes.waiting < AHEAD_MESSAGES && this.#lanes.bytes < AHEAD_BYTES) {
      const next = await this.#lines.next();
      if (next.done === true) this.#read = true;
      else this.#add(next.value);
    }
  }

  #add(parsed: ParsedLine): void {
    const lane = this.#options.target.fifo ? parsed.groupId : null;
    if (this.#lanes.isStopped(lane)) this.#blocked++;
    else
      this.#lanes.push(
        lineToSend(parsed, {
          ...this.#options,
          lane,
          suffix: this.#suffix,
          firstTry: this.#unresolved.get(parsed.line) ?? null,
        }),
      );
  }

  async #send(batch: readonly Chosen[]): Promise<void> {
    const { queues, clock, target, resendUncertain } = this.#options;
    const at = clock.now();
    await this.#ledger.commit({ type: 'intent', at, lines: batch.map(lineOf) });
    for (const chosen of batch) chosen.firstTry ??= at;
    const context = {
      queues,
      target,
      clock,
      rate: this.#rate,
      newIds: this.#ledger.newIds,
      sequences: this.#sequences,
      resendUncertain,
      onThrottled() {},
    };
    await sendProven(context, batch, (outcomes) => this.#settle(outcomes));
    this.#rate.succeeded(batch.length, clock.now());
  }

  async #settle(outcomes: readonly SendOutcome[]): Promise<void> {
    const at = this.#options.clock.now();
    const sent = outcomes.filter((outcome) => outcome.kind === 'sent');
    // After `unknown` and `uncertain` the line stays unresolved: a copy may have arrived.
    const failed = outcomes.filter(({ kind }) => kind === 'failed' || kind === 'suppressed') as Failure[];
    if (failed.length > 0) {
      const messages = failed.map(({ chosen, code, message }) => ({ line: lineOf(chosen), code, message }));
      this.#ledger.note({ type: 'failed', at, messages });
    }
    for (const outcome of outcomes) if (outcome.kind !== 'sent') this.#count(outcome);
    if (sent.length > 0) {
      const messages = sent.map(({ chosen, newId, sequence }) => ({ line: lineOf(chosen), newId, sequence }));
      await this.#ledger.commit({ type: 'sent', at, messages });
      this.#sent += sent.length;
      for (const { chosen, repeated } of sent) {
        if (repeated && !this.#options.target.fifo) this.#possibleTwins++;
        this.#lanes.settle(chosen.lane);
      }
    }
    this.#options.onProgress?.({ sent: this.#sent, failed: this.#failed + this.#suppressed + this.#uncertain });
    this.#changed();
  }

  /** One that is not known to have arrived ends its group: those behind it must not pass it. */
  #count({ kind, chosen, code, message }: Failure): void {
    if (kind === 'failed') this.#failed++;
    else if (kind === 'suppressed') this.#suppressed++;
    else this.#uncertain++;
    this.#options.onFailure?.(lineOf(chosen), code, message);
    if (chosen.lane === null) return;
    this.#blocked += this.#lanes.stop(chosen.lane).length;
    this.#lanes.settle(chosen.lane);
  }
}

type Failure = Exclude<SendOutcome, { readonly kind: 'sent' }>;

function lineOf(chosen: Chosen): number {
  return Number(chosen.message.messageId);
}
