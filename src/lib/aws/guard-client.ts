import type { CallRecord, ClientSetup } from './client-options.ts';
import { ForeignAnswer, incomplete, type RawAnswer, refuseForeign, unreadable } from './foreign-answer.ts';

/** What one client's calls need beyond the SDK. */
export interface CallRules {
  /** By operation, the members without which an answer is not believed; `Table.TableStatus` for one inside another. */
  readonly answers?: Readonly<Record<string, readonly string[]>>;
  /** Calls that may be answered late: long polls, searches, and changes that a second attempt would double. */
  readonly slow?: readonly CommandClass[];
  /** Calls that go on when the command is interrupted: what they did must be known. */
  readonly finish?: readonly CommandClass[];
  /** Its attempts share a limit of the account, and wait for their turn: see {@link CallPace}. */
  readonly paced?: boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: each command has its own input
type CommandClass = new (input: any) => object;

/** For one attempt, milliseconds. What is quick is a read of one small thing: AWS answers it in well under a second. */
const QUICK_MS = 6_000;
/** Longer than the longest long poll, 20 s. */
const SLOW_MS = 30_000;

/** What the words of an error need to know of its call: hung on what is thrown as `$call`. */
export interface CallFacts {
  /** `http://127.0.0.1:4566`; undefined when nothing was sent. */
  readonly endpoint: string | undefined;
  readonly timeoutMs: number;
  /** The profile that was named, if any. */
  readonly profile?: string | undefined;
}

interface CallOptions {
  readonly abortSignal?: AbortSignal;
}

/** The parts of an SDK client that {@link guardClient} needs; all clients of the SDK have them. */
interface Client {
  // biome-ignore lint/suspicious/noExplicitAny: the middleware types differ from client to client
  middlewareStack: { add(middleware: any, options: any): void; remove(name: string): boolean };
  // biome-ignore lint/suspicious/noExplicitAny: each client sends its own commands
  send(command: any, options?: any): Promise<any>;
}

interface SdkRequest {
  readonly protocol?: string;
  readonly hostname?: string;
  readonly port?: number;
}

interface SdkResult {
  readonly output?: { readonly $metadata?: { readonly attempts?: number } };
  readonly response?: RawAnswer;
}

/** What the SDK tells its middleware of the identity that signs a call. */
interface SigningContext {
  readonly selectedHttpAuthScheme?: {
    readonly identity?: { readonly secretAccessKey?: string; readonly sessionToken?: string };
  };
}

type Next = (args: { readonly request?: SdkRequest }) => Promise<SdkResult>;

/**
 * Makes every call of a client bounded in time, ended by the command's signal, told to the observer, and refused when
 * what answers is not AWS. Answers the same client.
 */
export function guardClient<C extends Client>(
  service: string,
  client: C,
  setup: ClientSetup,
  rules: CallRules = {},
): C {
  const stack = client.middlewareStack;
  // It makes a copy of each answer without what is secret, along its schema, for a logger that there is not: a tenth of a
  // usage report's CPU.
  stack.remove('loggerMiddleware');
  stack.add(observe(service, setup.observe), { step: 'initialize', name: 'cvopsObserver', priority: 'low' });
  // Around the deserializer, inside the retry; and next to the wire.
  stack.add(refuseUnread(rules.answers ?? {}), { step: 'deserialize', name: 'cvopsUnread', priority: 'high' });
  stack.add(refuseAtTheWire(setup.redactor), { step: 'deserialize', name: 'cvopsForeign', priority: 'low' });
  stack.add(learnCredentials(setup), { step: 'finalizeRequest', name: 'cvopsLearn', priority: 'low' });
  // Inside the retry: each attempt counts.
  if (rules.paced) stack.add(takeTurns(setup), { step: 'finalizeRequest', name: 'cvopsPace', priority: 'high' });
  const send = client.send.bind(client);
  client.send = async (command: object, options: CallOptions = {}) => {
    const isOne = (kind: CallRules['slow']) => kind?.some((each) => command instanceof each) === true;
    const requestTimeout = isOne(rules.slow) ? SLOW_MS : QUICK_MS;
    // A signal that came before this call does not stop it: what it looks at is what is left.
    const ends = isOne(rules.finish) || setup.signal?.aborted === true ? undefined : setup.signal;
    const call = { requestTimeout, ...(ends === undefined ? {} : { abortSignal: ends }), ...options };
    try {
      return await until(ends, send(command, call));
    } catch (cause) {
      if (ends?.aborted === true) throw ends.reason;
      hang(cause, '$call', {
        endpoint: endpointOf(cause),
        timeoutMs: requestTimeout,
        profile: setup.options.profile,
      } satisfies CallFacts);
      throw cause;
    }
  };
  return client;
}

/** Ends at the signal even where the SDK does what cannot be stopped, such as asking a program for credentials. */
function until<T>(signal: AbortSignal | undefined, work: Promise<T>): Promise<T> {
  if (signal === undefined) return work;
  return new Promise<T>((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

function observe(service: string, tell: ClientSetup['observe']) {
  return (next: Next, context: { commandName?: string }) => async (args: object) => {
    const started = process.hrtime.bigint();
    const record = (answer: RawAnswer | undefined, attempts: number) => {
      const date = answer?.headers['date'];
      tell({
        service,
        operation: operationOf(context),
        durationMs: Number(process.hrtime.bigint() - started) / 1e6,
        status: answer?.statusCode,
        attempts,
        requestId: answer?.headers['x-amzn-requestid'],
        serverTime: date === undefined ? undefined : Date.parse(date),
        localTime: Date.now(),
      } satisfies CallRecord);
    };
    try {
      const result = await next(args);
      record(result.response, result.output?.$metadata?.attempts ?? 1);
      return result;
    } catch (cause) {
      const failure = cause as { $response?: RawAnswer; $metadata?: { attempts?: number } };
      const isSent = failure.$response !== undefined || endpointOf(cause) !== undefined;
      record(failure.$response, isSent ? (failure.$metadata?.attempts ?? 1) : 0);
      throw cause;
    }
  };
}

function takeTurns({ pace }: ClientSetup) {
  return (next: Next): Next =>
    async (args) => {
      await pace?.turn();
      return next(args);
    };
}

/** What the SDK found (profile, single sign-on, a role's session) is known once a call is signed with it. */
function learnCredentials({ redactor }: ClientSetup) {
  return (next: Next, context: { readonly __smithy_context?: SigningContext }) => (args: object) => {
    const { secretAccessKey, sessionToken } = context.__smithy_context?.selectedHttpAuthScheme?.identity ?? {};
    redactor?.learn(secretAccessKey);
    redactor?.learn(sessionToken);
    return next(args);
  };
}

function refuseUnread(answers: NonNullable<CallRules['answers']>) {
  return (next: Next, context: { commandName?: string }) => async (args: object) => {
    let result: SdkResult;
    try {
      result = await next(args);
    } catch (cause) {
      const failure = cause as { $response?: RawAnswer; $fault?: string; code?: string };
      const isRead = failure.$response === undefined || failure.$fault !== undefined || failure.code !== undefined;
      if (failure.$response !== undefined) hang(cause, '$endpoint', endpointOf(failure.$response));
      if (isRead || cause instanceof ForeignAnswer) throw cause;
      throw about(failure.$response!, unreadable(failure.$response!, cause));
    }
    const missing = answers[operationOf(context)]?.find((path) => isMissing(result.output, path));
    if (missing !== undefined && result.response !== undefined) {
      throw about(result.response, incomplete(result.response, missing));
    }
    return result;
  };
}

const refuseAtTheWire =
  (redactor: ClientSetup['redactor']) =>
  (next: Next): Next =>
  async (args) => {
    const endpoint = urlOf(args.request);
    try {
      const result = await next(args);
      if (result.response === undefined) return result;
      hang(result.response, '$endpoint', endpoint);
      await refuseForeign(result.response, (bytes) => redactor?.bytes(bytes) ?? bytes).catch((cause: unknown) => {
        throw cause instanceof ForeignAnswer ? about(result.response!, cause) : cause;
      });
      return result;
    } catch (cause) {
      hang(cause, '$endpoint', endpoint);
      throw cause;
    }
  };

function about(answer: RawAnswer, error: ForeignAnswer): ForeignAnswer {
  hang(error, '$endpoint', endpointOf(answer));
  hang(error, '$response', answer);
  return error;
}

function operationOf({ commandName = '' }: { commandName?: string }): string {
  return commandName.replace(/Command$/, '');
}

function urlOf({ protocol = 'https:', hostname, port }: SdkRequest = {}): string | undefined {
  return hostname === undefined ? undefined : `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`;
}

function isMissing(output: unknown, path: string): boolean {
  let value = output;
  for (const name of path.split('.')) value = (value as Readonly<Record<string, unknown>> | null | undefined)?.[name];
  return value === undefined || value === null;
}

/** Hidden, like the SDK's own `$response`: not printed with the error. The first one stays. */
function hang(on: unknown, name: string, value: unknown): void {
  if (typeof on !== 'object' || on === null || name in on) return;
  Object.defineProperty(on, name, { value, enumerable: false });
}

function endpointOf(thing: unknown): string | undefined {
  return (thing as { $endpoint?: string } | undefined)?.$endpoint;
}
