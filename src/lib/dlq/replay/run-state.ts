import { CvopsError } from '../../errors/cvops-error.ts';
import { groupOf } from '../dead-letter.ts';
import { VisibilityKeeper } from '../visibility-keeper.ts';
import type { Chosen } from './chosen.ts';
import { Deleter } from './deleter.ts';
import { Lanes } from './lanes.ts';
import { QueueEnd } from './queue-end.ts';
import type { ReplayerOptions, Tally } from './replayer-options.ts';
import type { SendOutcome } from './send-proven.ts';

/** What the parts of a replay share: the messages in hand, what is under way, what was counted, and why it ends. */
export class RunState {
  readonly options: ReplayerOptions;
  readonly tally: Tally;
  readonly keeper: VisibilityKeeper;
  readonly lanes: Lanes<Chosen>;
  readonly deleter: Deleter;
  readonly end: QueueEnd;
  /** Dead letters of which a copy may have arrived, without proof. */
  readonly unsettled = new Set<string>();
  /** Ids of the first copies, for questions that are asked one by one. */
  readonly firstCopies: string[] = [];
  /** Messages being sent. */
  sending = 0;
  /** Receives under way. */
  receiving = 0;
  /** FIFO: at the last count another consumer held messages, and with them others of their groups. */
  groupsHeld = false;
  stopping = false;
  /** Why the run ended early. */
  stopped: CvopsError | null = null;
  bug: unknown;

  constructor(options: ReplayerOptions) {
    const { queues, dlq, clock, ledger, tally, owed, emit } = options;
    this.options = options;
    this.tally = tally;
    this.lanes = new Lanes(options.expiringFirst ? olderFirst : undefined);
    this.keeper = new VisibilityKeeper({ queues, queue: dlq, clock, seconds: options.visibilitySeconds });
    this.deleter = new Deleter({ queues, dlq, clock, ledger, tally, owed, keeper: this.keeper, emit });
    this.end = new QueueEnd({
      clock,
      emit,
      visible: dlq.attributes.visible,
      emptyPolls: options.emptyPolls,
      visibilitySeconds: options.visibilitySeconds,
      interrupted: options.interrupted,
    });
  }

  /** Messages between their receive and their delete, without those that stay. */
  get outstanding(): number {
    return this.lanes.waiting + this.sending + this.deleter.underWay + this.deleter.waiting;
  }

  /** Messages seen and left in the queue by this run. */
  get left(): number {
    const { failed, skipped, suppressed, uncertain, blocked, undeleted, returned } = this.tally;
    return failed + skipped + suppressed + uncertain + blocked + undeleted + returned;
  }

  /** An expected error ends the run in good order; anything else is a bug and ends it at once. */
  halt(cause: unknown): void {
    this.stopping = true;
    if (cause instanceof CvopsError) this.stopped ??= cause;
    else this.bug ??= cause;
  }

  /** The message stays in the dead-letter queue, and with it the rest of its group. */
  leave(chosen: Chosen, kind: Exclude<SendOutcome['kind'], 'sent'>, code: string, text: string): void {
    const { ledger, clock, emit } = this.options;
    const at = clock.now();
    const messageId = chosen.message.messageId;
    if (kind === 'suppressed') this.tally.suppressed++;
    else if (kind === 'uncertain') this.tally.uncertain++;
    else this.tally.failed++;
    if (kind === 'unknown' || kind === 'uncertain') this.unsettled.add(messageId);
    // After `unknown` and `uncertain` the intent stays open in the ledger: a copy may have arrived.
    if (kind === 'failed' || kind === 'suppressed') {
      ledger.note({ type: 'failed', at, messages: [{ id: messageId, code, message: text }] });
    }
    const type = kind === 'unknown' ? 'failed' : kind;
    emit({ type, at, messageId, groupId: groupOf(chosen.message), code, message: text });
    this.keeper.relax(messageId);
    if (chosen.lane === null) return;
    const behind = this.lanes.stop(chosen.lane);
    this.tally.blocked += behind.length;
    for (const { message } of behind) this.keeper.relax(message.messageId);
    emit({ type: 'blocked', at, groupId: chosen.lane, left: behind.length });
  }
}

/** By SentTimestamp: retention counts from it, whichever queue type. */
function olderFirst(a: Chosen, b: Chosen): number {
  return Number(a.message.system['SentTimestamp'] ?? 0) - Number(b.message.system['SentTimestamp'] ?? 0);
}
