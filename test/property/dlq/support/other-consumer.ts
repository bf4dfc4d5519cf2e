import type { Stage } from './replay-scene.ts';

/** What another consumer of the dead-letter queue does: every so often it takes ten, and deletes them or lets them go. */
export interface Habits {
  readonly everySeconds: number;
  readonly holdsSeconds: number;
  readonly deletes: boolean;
}

interface Taken {
  readonly Body: string;
  readonly ReceiptHandle: string;
}

/** A consumer that knows nothing of replays. */
export class OtherConsumer {
  readonly #stage: Stage;
  readonly #queue: string;
  readonly #habits: Habits;
  readonly #onDeleted: (message: { readonly body: string }) => void;
  #stopped = false;

  constructor(stage: Stage, queue: string, habits: Habits, onDeleted: (message: { readonly body: string }) => void) {
    this.#stage = stage;
    this.#queue = queue;
    this.#habits = habits;
    this.#onDeleted = onDeleted;
    this.#later();
  }

  /** Resolves when nothing that it took is hidden any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#stage.pass(this.#habits.holdsSeconds * 1_000 + 1_000);
  }

  #later(): void {
    const { clock } = this.#stage.simulator;
    clock.schedule(clock.now() + this.#habits.everySeconds * 1_000, () => {
      if (this.#stopped) return;
      void this.#take();
      this.#later();
    });
  }

  async #take(): Promise<void> {
    const { sqs } = this.#stage.simulator.region();
    const call = (operation: string, input: object) =>
      sqs.operations[operation]!({ QueueUrl: this.#url, ...input }, CALL as never);
    const { Messages = [] } = (await call('ReceiveMessage', {
      MaxNumberOfMessages: 10,
      VisibilityTimeout: this.#habits.holdsSeconds,
    })) as { Messages?: readonly Taken[] };
    if (!this.#habits.deletes) return;
    for (const { Body, ReceiptHandle } of Messages) {
      await call('DeleteMessage', { ReceiptHandle });
      this.#onDeleted({ body: Body });
    }
  }

  get #url(): string {
    return `http://127.0.0.1:0/${this.#stage.simulator.accountId}/${this.#queue}`;
  }
}

/** Its calls meet no faults. */
const CALL = { signal: new AbortController().signal, requestId: 'other', region: 'us-east-1' };
