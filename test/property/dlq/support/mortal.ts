import type { Queues } from '../../../../src/lib/aws/ports/queues.ts';
import type { Ledger, Ledgers } from '../../../../src/lib/dlq/ledger/ledgers.ts';

/** What ends a process: after it, no call and no write does anything any more. */
export class Killed extends Error {}

/** Where a process is killed: at its `step`-th call or write, before its work or after it with the answer unread. */
export interface Kill {
  readonly step: number;
  readonly after: boolean;
}

/** One life of a process. Everything that leaves it goes through `step`. */
export class Life {
  readonly #kill: Kill | null;
  #steps = 0;
  #dead = false;
  /** What it was killed at, e.g. `before send`; null while it lives. */
  killedAt: string | null = null;
  /** Called at the kill, before anything else can happen. */
  onDeath: () => void = () => {};

  constructor(kill: Kill | null) {
    this.#kill = kill;
  }

  async step<T>(what: string, work: () => Promise<T>): Promise<T> {
    if (this.#dead) throw new Killed();
    const own = ++this.#steps;
    if (own === this.#kill?.step && !this.#kill.after) this.#die(`before ${what}`);
    let failure: unknown;
    let result: T | undefined;
    try {
      result = await work();
    } catch (cause) {
      failure = cause;
    }
    if (this.#dead) throw new Killed();
    if (own === this.#kill?.step) this.#die(`after ${what}`);
    if (failure !== undefined) throw failure;
    return result as T;
  }

  #die(at: string): never {
    this.#dead = true;
    this.killedAt = at;
    this.onDeath();
    throw new Killed();
  }
}

/** The queues as a mortal process reaches them. */
export function mortalQueues(queues: Queues, life: Life): Queues {
  return {
    describe: (name) => life.step('describe', () => queues.describe(name)),
    sourcesOf: (queue) => queues.sourcesOf(queue),
    receive: (queue, options) => life.step('receive', () => queues.receive(queue, options)),
    send: (queue, messages) => life.step('send', () => queues.send(queue, messages)),
    delete: (queue, handles) => life.step('delete', () => queues.delete(queue, handles)),
    changeVisibility: (queue, handles, seconds) =>
      life.step('changeVisibility', () => queues.changeVisibility(queue, handles, seconds)),
    oldestAgeSeconds: (queue) => queues.oldestAgeSeconds(queue),
  };
}

/** Ledgers that lose, at a kill, any part of what was not acknowledged yet. */
export interface TearableLedgers extends Ledgers {
  /** What is written so far was acknowledged: it is on disk for good. */
  acknowledge(runId: string): void;
  /** Cuts what was not acknowledged, at `share` (0–1) of its bytes; who has the ledger open writes no more. */
  tear(runId: string, share: number): void;
}

/** The ledgers as a mortal process writes them. A write that is cut off leaves any number of its bytes. */
export function mortalLedgers(ledgers: TearableLedgers, life: Life, share: number): Ledgers {
  const mortal = (runId: string, ledger: Ledger): Ledger => ({
    commit: async (record) => {
      await life.step(`the write of ${record.type}`, () => ledger.commit(record));
      ledgers.acknowledge(runId);
    },
    note: (record) => ledger.note(record),
    close: () => (life.killedAt === null ? life.step('the last write', () => ledger.close()) : ledger.close()),
  });
  return {
    create: async (header) => {
      const { runId } = header;
      life.onDeath = () => ledgers.tear(runId, share);
      let made: Ledger | undefined;
      const create = async () => {
        made = await ledgers.create(header);
        return made;
      };
      const ledger = await life.step('the write of run', create).catch(async (cause: unknown) => {
        await made?.close();
        throw cause;
      });
      ledgers.acknowledge(runId);
      return mortal(runId, ledger);
    },
    reopen: async (runId) => {
      life.onDeath = () => ledgers.tear(runId, share);
      return mortal(runId, await ledgers.reopen(runId));
    },
    read: (runId) => ledgers.read(runId),
    ends: (runId) => ledgers.ends(runId),
    list: () => ledgers.list(),
  };
}
