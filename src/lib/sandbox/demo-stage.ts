import { setTimeout as wait } from 'node:timers/promises';
import { defaultLogGroup } from '../aws/ports/function-logs.ts';
import type { Clock } from '../clock.ts';
import { type Operate, operator } from './operate.ts';
import { sendTraffic } from './send-traffic.ts';
import type { Sandbox } from './start-sandbox.ts';
import { SYSTEM } from './system.ts';
import type { TrafficEvent } from './traffic.ts';

/** Simulated ms in one stretch of traffic. */
const STRETCH_MS = 15_000;
const CONCURRENCY = 4;
/** While a command runs, simulated time goes on by so much … */
const PUMP_STEP_MS = 200;
/** … each time so much real time has passed: a long poll of 20 s takes half a second. */
const PUMP_EVERY_MS = 5;

/** Message counts of a queue, as GetQueueAttributes tells them. */
export interface Depth {
  readonly visible: number;
  readonly inFlight: number;
}

/**
 * The sandbox as the demo drives it: its clock stands still and moves only where the story says so, so that minutes of
 * waiting cost nothing and the same thing happens on every machine.
 */
export class DemoStage {
  readonly sandbox: Sandbox;
  readonly operate: Operate;
  /** Time for commands: `sleep` ends when simulated time has come that far, see {@link whileTimePasses}. */
  readonly clock: Clock;

  /** @param sandbox one that was started with rate 0. */
  constructor(sandbox: Sandbox) {
    const { clock } = sandbox.simulator;
    this.sandbox = sandbox;
    this.operate = operator(sandbox.simulator, SYSTEM.region, 'ci');
    this.clock = {
      now: () => clock.now(),
      sleep: (ms, signal) =>
        new Promise((resolve, reject) => {
          if (signal?.aborted === true) return reject(signal.reason);
          const onAbort = () => {
            timer.cancel();
            reject(signal?.reason);
          };
          const timer = clock.schedule(clock.now() + ms, () => {
            signal?.removeEventListener('abort', onAbort);
            resolve();
          });
          signal?.addEventListener('abort', onAbort, { once: true });
        }),
    };
  }

  /** Sends events at a steady rate of simulated time, and lets them be processed. */
  async send(
    events: readonly TrafficEvent[],
    options: { readonly perSecond: number; readonly signal: AbortSignal; onProgress(sent: number): void },
  ): Promise<{ refused: number }> {
    const { worker, simulator } = this.sandbox;
    const size = (options.perSecond * STRETCH_MS) / 1000;
    let refused = 0;
    for (let start = 0; start < events.length; start += size) {
      options.signal.throwIfAborted();
      const result = await sendTraffic(events.slice(start, start + size), {
        post: (body) => this.#post(body),
        concurrency: CONCURRENCY,
        clock: this.clock,
        signal: options.signal,
      });
      refused += result.refused;
      await worker.settle();
      await simulator.clock.advance(STRETCH_MS);
      options.onProgress(Math.min(start + size, events.length));
    }
    return { refused };
  }

  /** Moves time forward in steps until `reached` says so; false when that did not happen within `limitMs`. */
  async advanceUntil(
    reached: () => boolean | Promise<boolean>,
    options: { readonly limitMs: number; readonly signal: AbortSignal },
  ): Promise<boolean> {
    const { clock } = this.sandbox.simulator;
    for (const end = clock.now() + options.limitMs; clock.now() < end; ) {
      if (await reached()) return true;
      options.signal.throwIfAborted();
      await clock.advance(STRETCH_MS);
    }
    return reached();
  }

  /** Lets simulated time pass while a command runs: its long polls wait for it. */
  async whileTimePasses<T>(work: Promise<T>): Promise<T> {
    let running = true;
    const pump = async () => {
      while (running) {
        await wait(PUMP_EVERY_MS);
        if (running) await this.sandbox.simulator.clock.advance(PUMP_STEP_MS);
      }
    };
    const pumping = pump();
    try {
      return await work;
    } finally {
      running = false;
      await pumping;
    }
  }

  async depth(queue: string): Promise<Depth> {
    const { endpoint, simulator } = this.sandbox;
    const { Attributes } = await this.operate('sqs', 'GetQueueAttributes', {
      QueueUrl: `${endpoint}/${simulator.accountId}/${queue}`,
      AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
    });
    return {
      visible: Number(Attributes.ApproximateNumberOfMessages),
      inFlight: Number(Attributes.ApproximateNumberOfMessagesNotVisible),
    };
  }

  /** The ids of all items in the table, one for each item. */
  async writtenIds(): Promise<readonly string[]> {
    const ids: string[] = [];
    let ExclusiveStartKey: unknown;
    do {
      const page = await this.operate('dynamodb', 'Scan', {
        TableName: SYSTEM.table,
        ProjectionExpression: 'id',
        ...(ExclusiveStartKey === undefined ? {} : { ExclusiveStartKey }),
      });
      for (const item of page.Items) ids.push(item.id.S);
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey !== undefined);
    return ids;
  }

  /** How often the processor says that an event was there already: a second delivery that would have been a twin. */
  async secondWrites(): Promise<number> {
    let count = 0;
    let nextToken: string | undefined;
    do {
      const page = await this.operate('logs', 'FilterLogEvents', {
        logGroupName: defaultLogGroup(SYSTEM.processor),
        filterPattern: '"event was written before"',
        ...(nextToken === undefined ? {} : { nextToken }),
      });
      count += page.events.length;
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return count;
  }

  async #post(body: string): Promise<number> {
    const response = await fetch(`${this.sandbox.workerUrl}/events`, { method: 'POST', body });
    await response.arrayBuffer();
    return response.status;
  }
}
