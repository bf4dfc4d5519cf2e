import { Worker } from 'node:worker_threads';
import { RESERVED_PATH } from './reserved-path.ts';

export interface WorkerHostOptions {
  /** URL of the built Cloudflare Worker's module. */
  readonly module: string;
  /** Its variables and secrets. */
  readonly bindings: Readonly<Record<string, string>>;
  /** Answers requests below {@link RESERVED_PATH}; the Worker never sees them. */
  readonly answer: (method: string, path: string) => Promise<{ readonly status: number; readonly body: object }>;
  /** Takes each line that the Worker logs. */
  readonly log: (line: string) => void;
}

/** What the Worker says it did with the events it took. */
export interface WorkerCounts {
  readonly sent: number;
  readonly lost: number;
}

type Posted =
  | { readonly type: 'listening'; readonly port: number }
  | { readonly type: 'settled'; readonly id: number }
  | { readonly type: 'log'; readonly line: string }
  | { readonly type: 'ask'; readonly id: number; readonly method: string; readonly path: string };

const RUNTIME = new URL('./worker-runtime.mjs', import.meta.url);

/** The Cloudflare Worker in a thread of its own, as it runs on one of Cloudflare's machines: apart from the AWS side. */
export class WorkerHost {
  readonly url: string;
  readonly #thread: Worker;
  readonly #settling = new Map<number, () => void>();
  #next = 1;
  #sent = 0;
  #lost = 0;

  private constructor(thread: Worker, port: number, { answer, log }: WorkerHostOptions) {
    this.#thread = thread;
    this.url = `http://127.0.0.1:${port}`;
    thread.on('message', (message: Posted) => {
      if (message.type === 'log') {
        this.#count(message.line);
        log(message.line);
      } else if (message.type === 'settled') this.#settling.get(message.id)?.();
      else if (message.type === 'ask') void this.#answer(message.id, answer(message.method, message.path));
    });
  }

  /** Resolves once the Worker listens on a free port of 127.0.0.1. */
  static async start(options: WorkerHostOptions): Promise<WorkerHost> {
    const thread = new Worker(RUNTIME, {
      env: { PATH: process.env['PATH'] },
      execArgv: [],
      workerData: { module: options.module, bindings: options.bindings, reserved: RESERVED_PATH },
    });
    const port = await new Promise<number>((resolve, reject) => {
      thread.once('error', reject);
      thread.once('exit', (code) => reject(new Error(`The worker's thread ended with ${code}.`)));
      thread.once('message', (message: Posted) => {
        if (message.type === 'listening') resolve(message.port);
      });
    });
    return new WorkerHost(thread, port, options);
  }

  /** Events since the start, from the Worker's own count of each request. */
  get counts(): WorkerCounts {
    return { sent: this.#sent, lost: this.#lost };
  }

  /** Resolves when everything that was handed to `waitUntil` is done. */
  settle(): Promise<void> {
    const id = this.#next++;
    return new Promise<void>((resolve) => {
      this.#settling.set(id, resolve);
      this.#thread.postMessage({ type: 'settle', id });
    }).finally(() => this.#settling.delete(id));
  }

  /** Stops at once; what was still being sent is lost, as when a machine goes. */
  async close(): Promise<void> {
    await this.#thread.terminate();
    for (const resolve of this.#settling.values()) resolve();
  }

  #count(line: string): void {
    if (!line.includes('"events sent"')) return;
    const { sent, lost } = JSON.parse(line) as Partial<WorkerCounts>;
    this.#sent += sent ?? 0;
    this.#lost += lost ?? 0;
  }

  async #answer(id: number, work: ReturnType<WorkerHostOptions['answer']>): Promise<void> {
    const answer = await work.catch((cause: unknown) => ({
      status: 500,
      body: { message: cause instanceof Error ? cause.message : String(cause) },
    }));
    this.#thread.postMessage({ type: 'answer', id, ...answer });
  }
}
