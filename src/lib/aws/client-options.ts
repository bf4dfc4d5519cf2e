import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from '@smithy/types';

/** What every SDK client of one invocation is made with. */
export interface ClientOptions {
  readonly region: string;
  readonly endpoint?: string;
  readonly credentials?: AwsCredentialIdentity | AwsCredentialIdentityProvider;
  readonly profile?: string;
  readonly maxAttempts: number;
  readonly customUserAgent: string;
  /** Milliseconds; without them a server that accepts and never answers holds a command for ever. */
  readonly requestHandler?: {
    readonly connectionTimeout: number;
    readonly requestTimeout: number;
    readonly throwOnRequestTimeout: boolean;
  };
}

/** What the adapters tell of each call, for `--debug`, call counts and clock skew. */
export interface CallRecord {
  readonly service: string;
  readonly operation: string;
  readonly durationMs: number;
  readonly status: number | undefined;
  readonly attempts: number;
  /** The Date header of the answer, ms since the epoch. */
  readonly serverTime: number | undefined;
  /** This machine's clock when the answer came, ms since the epoch. */
  readonly localTime: number;
}

export interface ClientSetup {
  readonly options: ClientOptions;
  readonly observe: (call: CallRecord) => void;
  /** The command's clock, ms since the epoch. */
  readonly now: () => number;
}

/** The parts of an SDK client that {@link observed} needs; all clients of the SDK have them. */
interface Observable {
  // biome-ignore lint/suspicious/noExplicitAny: the middleware types differ from client to client
  middlewareStack: { add(middleware: any, options: any): void };
}

/** Adds the observer to a client; answers the same client. */
export function observed<C extends Observable>(service: string, client: C, observe: ClientSetup['observe']): C {
  client.middlewareStack.add(
    (next: (args: unknown) => Promise<SdkResult>, context: { commandName?: string }) => async (args: unknown) => {
      const started = process.hrtime.bigint();
      const record = (result: SdkResult['response'] | undefined, attempts: number) => {
        const date = result?.headers?.['date'];
        observe({
          service,
          operation: (context.commandName ?? '').replace(/Command$/, ''),
          durationMs: Number(process.hrtime.bigint() - started) / 1e6,
          status: result?.statusCode,
          attempts,
          serverTime: date === undefined ? undefined : Date.parse(date),
          localTime: Date.now(),
        });
      };
      try {
        const result = await next(args);
        record(result.response, result.output?.$metadata?.attempts ?? 1);
        return result;
      } catch (cause) {
        const failure = cause as { $response?: SdkResult['response']; $metadata?: { attempts?: number } };
        record(failure.$response, failure.$metadata?.attempts ?? 1);
        throw cause;
      }
    },
    { step: 'initialize', name: 'cvopsObserver', priority: 'low' },
  );
  return client;
}

interface SdkResult {
  readonly output?: { $metadata?: { attempts?: number } };
  readonly response?: { readonly statusCode?: number; readonly headers?: Record<string, string> };
}
