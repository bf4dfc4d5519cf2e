import type { MessageAttributeValue, SQSClient } from '@aws-sdk/client-sqs';
import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import type { ClientSetup } from '../client-options.ts';
import { type Address, type Answer, refused, SignedJson } from './signed-json.ts';

/** What the batch calls of a queue have in common, as the SDK types them. */
interface Input {
  readonly QueueUrl: string | undefined;
  readonly Entries?: readonly (object & WithAttributes)[] | undefined;
}
interface WithAttributes {
  MessageAttributes?: Attributes | undefined;
}
type Attributes = Record<string, MessageAttributeValue>;

/** Longer than the longest long poll, 20 s. */
const TIMEOUT_MS = 30_000;

/**
 * The short way to SQS for calls that are made a hundred thousand times: the same JSON protocol, credentials and
 * signature as the SDK's, without its middleware, which costs three times the CPU of all the rest
 * (docs/performance.md). Where calls go is learnt from the SDK's own first call about the queue. Whatever goes wrong is
 * left to the SDK: its call is made instead, with its retries and errors.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-making-api-requests-json.html
 */
export class SqsWire {
  readonly #client: SQSClient;
  readonly #addresses = new Map<string, Address>();
  readonly #calls: SignedJson;

  constructor(client: SQSClient, setup: Pick<ClientSetup, 'observe' | 'redactor'>) {
    this.#client = client;
    const { region, credentials, sha256 } = client.config;
    const signer = new SignatureV4({ service: 'sqs', region, credentials, sha256 });
    this.#calls = new SignedJson({ name: 'sqs', target: 'AmazonSQS', timeoutMs: TIMEOUT_MS }, signer, setup);
    client.middlewareStack.add(
      (next) => (args) => {
        const { QueueUrl } = args.input as Partial<Input>;
        const { request } = args;
        if (QueueUrl !== undefined && HttpRequest.isInstance(request)) {
          const { protocol, hostname, port, path, headers } = request;
          const address = { protocol, hostname, path, userAgent: headers['user-agent'] ?? '' };
          this.#addresses.set(QueueUrl, port === undefined ? address : { ...address, port });
        }
        return next(args);
      },
      { step: 'finalizeRequest', name: 'cvopsAddress', priority: 'low' },
    );
  }

  /**
   * One call.
   * @param sdk makes the same call through the SDK; `again` when it was made this way before
   * @param once a second call could do the work twice: then only what AWS refused for its signature is called again, and
   *   other failures are thrown
   */
  async call<O extends object>(
    operation: string,
    input: Input,
    sdk: (again: boolean) => Promise<O>,
    options: { readonly once?: boolean; readonly signal?: AbortSignal | undefined } = {},
  ): Promise<O> {
    const address = input.QueueUrl === undefined ? undefined : this.#addresses.get(input.QueueUrl);
    if (address === undefined) return sdk(false);
    let answer: Answer;
    try {
      answer = await this.#calls.post(address, operation, JSON.stringify(withText(input)), {
        signal: options.signal,
        clockOffsetMs: this.#client.config.systemClockOffset ?? 0,
      });
    } catch (cause) {
      if (options.once === true || options.signal?.aborted === true) throw cause;
      return sdk(true);
    }
    if (answer.status === 200) return withBytes(answer.body as O);
    if (options.once !== true || answer.status === 403 || answer.status === 401) return sdk(true);
    throw refused(answer);
  }
}

/** Binary values are base64 on the wire. */
function withText(input: Input): object {
  if (input.Entries?.some((entry) => entry.MessageAttributes !== undefined) !== true) return input;
  return {
    ...input,
    Entries: input.Entries.map((entry) =>
      entry.MessageAttributes === undefined
        ? entry
        : {
            ...entry,
            MessageAttributes: mapBinary(entry.MessageAttributes, (value) => Buffer.from(value).toString('base64')),
          },
    ),
  };
}

function withBytes<O extends object>(output: O): O {
  for (const message of (output as { Messages?: readonly WithAttributes[] }).Messages ?? []) {
    const attributes = message.MessageAttributes;
    if (attributes !== undefined) {
      message.MessageAttributes = mapBinary(attributes, (value) => Buffer.from(String(value), 'base64')) as Attributes;
    }
  }
  return output;
}

function mapBinary(attributes: Attributes, change: (value: Uint8Array) => unknown): Record<string, object> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      name,
      value.BinaryValue === undefined ? value : { ...value, BinaryValue: change(value.BinaryValue) },
    ]),
  );
}
