import { Worker } from 'node:worker_threads';
import type { Deployment } from './function-model.ts';

/** What the handler is called with. */
export interface EnvironmentRequest {
  readonly requestId: string;
  /** JSON text. */
  readonly payload: string;
  /** The ARN that the caller used, with its alias or version. */
  readonly functionArn: string;
  readonly clientContext: unknown;
}

export interface EnvironmentResult {
  /** JSON text: what the handler returned, or the error. */
  readonly body: string;
  readonly failed: boolean;
  /** Real ms inside the handler, without Init. */
  readonly durationMs: number;
  /** Set on the first invocation only: real ms from the start of the worker until the handler was loaded. */
  readonly initMs: number | undefined;
  readonly usedMb: number;
  readonly timedOut: boolean;
  readonly lines: readonly LogLine[];
}

export interface LogLine {
  /** Simulated ms since the epoch. */
  readonly timestamp: number;
  readonly message: string;
}

/** What an environment needs of the region around it. */
export interface EnvironmentHost {
  readonly region: string;
  readonly endpoint: string;
  now(): number;
  /** Simulated ms for each real ms. */
  rate(): number;
}

/** What the worker posts; `runtime-bootstrap.mjs` is the other end. */
type Posted =
  | { type: 'ready' }
  | { type: 'init-error'; body: string }
  | { type: 'log'; timestamp: number; message: string }
  | { type: 'result'; body: string; failed?: boolean; fatal?: boolean; durationMs: number; usedMb: number };

const BOOTSTRAP = new URL('./runtime-bootstrap.mjs', import.meta.url);
// Init has ten seconds of its own: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
const INIT_LIMIT_MS = 10_000;
// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
const MAX_RESPONSE_BYTES = 6_291_556;

/** One execution environment: a worker thread that has loaded the handler and runs one invocation at a time. */
export class ExecutionEnvironment {
  readonly deployment: Deployment;
  readonly logStream: string;
  /** Simulated ms of the last release. */
  lastUsed: number;
  #dead = false;
  readonly #host: EnvironmentHost;
  readonly #worker: Worker;
  readonly #startedAt = performance.now();
  #initMs: number | undefined;
  readonly #initialised: Promise<string | undefined>;
  #endInit: (error: string | undefined) => void = () => {};
  #lines: LogLine[] = [];
  #settle: ((result: Settled) => void) | undefined;

  constructor(host: EnvironmentHost, deployment: Deployment, logStream: string) {
    this.#host = host;
    this.deployment = deployment;
    this.logStream = logStream;
    this.lastUsed = host.now();
    this.#initialised = new Promise((resolve) => {
      this.#endInit = resolve;
    });
    const { settings, code } = deployment;
    this.#worker = new Worker(BOOTSTRAP, {
      env: environmentVariables(host, deployment, logStream),
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: settings.MemorySize },
      stdout: true,
      stderr: true,
      workerData: {
        taskRoot: code.folder,
        handler: settings.Handler ?? '',
        logFormat: settings.LoggingConfig.LogFormat,
        logLevel: settings.LoggingConfig.ApplicationLogLevel,
        clock: { now: host.now(), rate: host.rate() },
      },
    });
    this.#worker.unref();
    // The bootstrap takes over both streams; what still comes through (from native code) is dropped, not kept.
    this.#worker.stdout.resume();
    this.#worker.stderr.resume();
    this.#worker.on('message', (posted: Posted) => this.#receive(posted));
    this.#worker.on('error', (error: Error & { code?: string }) => this.#end(exitReason(error)));
    this.#worker.on('exit', (code) => this.#end(code === 0 ? undefined : `exit status ${code}`));
  }

  /** False once the worker is gone: after a crash, a timeout, or `terminate`. */
  get alive(): boolean {
    return !this.#dead;
  }

  /** Runs one invocation. Never rejects: a crash and a timeout are results. */
  async invoke(request: EnvironmentRequest): Promise<EnvironmentResult> {
    const timeoutMs = this.deployment.settings.Timeout * 1000;
    const cold = this.#initMs === undefined;
    const initError = await this.#awaitInit(timeoutMs);
    const initMs = cold ? this.#initMs : undefined;
    const startedAt = performance.now();
    if (initError !== undefined) {
      await this.terminate();
      return this.#result({ body: initError, failed: true }, 0, initMs);
    }
    let timer: NodeJS.Timeout | undefined;
    const settled = await new Promise<Settled>((resolve) => {
      this.#settle = resolve;
      timer = setTimeout(() => resolve({ ...timeout(request.requestId, timeoutMs), timedOut: true }), timeoutMs);
      this.#worker.postMessage({
        type: 'invoke',
        ...request,
        timeoutMs,
        now: this.#host.now(),
        rate: this.#host.rate(),
        traceId: traceId(this.#host.now(), request.requestId),
      });
    });
    clearTimeout(timer);
    this.#settle = undefined;
    if (settled.timedOut === true || settled.exited === true) await this.terminate();
    const body = settled.exited === true ? exitBody(request.requestId, settled.body) : settled.body;
    return this.#result(limitSize({ ...settled, body }), settled.durationMs ?? performance.now() - startedAt, initMs);
  }

  async terminate(): Promise<void> {
    this.#dead = true;
    this.#endInit(undefined);
    await this.#worker.terminate();
  }

  async #awaitInit(timeoutMs: number): Promise<string | undefined> {
    if (this.#initMs !== undefined) return undefined;
    let timer: NodeJS.Timeout | undefined;
    const limit = Math.max(INIT_LIMIT_MS, timeoutMs);
    const tooLate = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve(timeout('unknown', limit).body), limit);
    });
    const error = await Promise.race([this.#initialised, tooLate]);
    clearTimeout(timer);
    this.#initMs = performance.now() - this.#startedAt;
    return error;
  }

  #receive(posted: Posted): void {
    switch (posted.type) {
      case 'log':
        this.#lines.push({ timestamp: Math.min(posted.timestamp, this.#host.now()), message: posted.message });
        return;
      case 'ready':
        this.#endInit(undefined);
        return;
      case 'init-error':
        this.#endInit(posted.body);
        return;
      case 'result': {
        if (posted.fatal === true) this.#dead = true;
        this.#settle?.({
          body: posted.body,
          failed: posted.failed === true,
          durationMs: posted.durationMs,
          usedMb: posted.usedMb,
        });
        return;
      }
    }
  }

  /** The worker ended by itself: `reason` says how, undefined for a clean exit. */
  #end(reason: string | undefined): void {
    this.#dead = true;
    this.#endInit(exitBody('unknown', reason));
    this.#settle?.({ body: reason, failed: true, exited: true });
  }

  #result(settled: Settled & { body: string }, durationMs: number, initMs: number | undefined): EnvironmentResult {
    const lines = this.#lines;
    this.#lines = [];
    return {
      body: settled.body,
      failed: settled.failed,
      durationMs,
      initMs,
      usedMb: settled.usedMb ?? 0,
      timedOut: settled.timedOut === true,
      lines,
    };
  }
}

interface Settled {
  readonly body: string | undefined;
  readonly failed: boolean;
  readonly exited?: boolean;
  readonly timedOut?: boolean;
  readonly durationMs?: number;
  readonly usedMb?: number;
}

function limitSize(settled: Settled): Settled & { body: string } {
  const body = settled.body ?? 'null';
  if (settled.failed || Buffer.byteLength(body) <= MAX_RESPONSE_BYTES) return { ...settled, body };
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`;
  return {
    ...settled,
    failed: true,
    body: JSON.stringify({ errorMessage, errorType: 'Function.ResponseSizeTooLarge' }),
  };
}

function timeout(requestId: string, ms: number): { body: string; failed: true } {
  const errorMessage = `RequestId: ${requestId} Error: Task timed out after ${(ms / 1000).toFixed(2)} seconds`;
  return { body: JSON.stringify({ errorType: 'Sandbox.Timedout', errorMessage }), failed: true };
}

function exitBody(requestId: string, reason: string | undefined): string {
  const why =
    reason === undefined ? 'Runtime exited without providing a reason' : `Runtime exited with error: ${reason}`;
  return JSON.stringify({ errorType: 'Runtime.ExitError', errorMessage: `RequestId: ${requestId} Error: ${why}` });
}

function exitReason(error: Error & { code?: string }): string {
  return error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'signal: killed' : error.message;
}

/** An X-Ray header that samples nothing. */
function traceId(now: number, requestId: string): string {
  const id = requestId.replaceAll('-', '').padEnd(24, '0').slice(0, 24);
  return `Root=1-${Math.floor(now / 1000).toString(16)}-${id};Parent=${id.slice(0, 16)};Sampled=0`;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
function environmentVariables(host: EnvironmentHost, deployment: Deployment, logStream: string): NodeJS.ProcessEnv {
  const { settings, functionName, version, code } = deployment;
  return {
    PATH: process.env['PATH'],
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    // Clients inside the handler find the simulator without being told.
    AWS_ENDPOINT_URL: host.endpoint,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    ...settings.Environment?.Variables,
    _HANDLER: settings.Handler ?? '',
    LAMBDA_TASK_ROOT: code.folder,
    AWS_REGION: host.region,
    AWS_DEFAULT_REGION: host.region,
    AWS_ACCESS_KEY_ID: 'ASIASIMULATEDLAMBDA0',
    AWS_SECRET_ACCESS_KEY: 'simulated',
    AWS_SESSION_TOKEN: 'simulated',
    AWS_EXECUTION_ENV: `AWS_Lambda_${settings.Runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: functionName,
    AWS_LAMBDA_FUNCTION_VERSION: version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(settings.MemorySize),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: settings.LoggingConfig.LogGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: logStream,
    AWS_LAMBDA_LOG_FORMAT: settings.LoggingConfig.LogFormat,
  };
}
