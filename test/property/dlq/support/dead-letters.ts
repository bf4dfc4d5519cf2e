import { createHash } from 'node:crypto';
import { seededRandom } from '../../../../src/lib/simulator/kernel/random.ts';
import type { PlantedMessage } from '../../../../src/lib/simulator/sqs/planted-message.ts';
import type { QueuedMessage } from '../../../../src/lib/simulator/sqs/queue-content.ts';

/** What a dead-letter queue holds, as numbers: small ones are simple, so that a failure shrinks. */
export interface Letters {
  readonly fifo: boolean;
  readonly count: number;
  readonly groups: number;
  /** Of everything that is in the messages. */
  readonly seed: number;
  /** How many of them are as large as a message may be, or nearly so. */
  readonly large: number;
}

const MOST_BYTES = 1_048_576;
const ALPHABETS = ['abc', ' \t\n\r', 'éüß', '漢字', '😀🏴‍☠️', '"\\/\u007f', '\ue000\ufffd'] as const;
const TRACE = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=';

/** The messages, each with its number in front of its body; attributes of every type. */
export function lettersOf({ fifo, count, groups, seed, large }: Letters): readonly PlantedMessage[] {
  const random = seededRandom(seed);
  const below = (n: number) => Math.floor(random() * n);
  const text = (length: number) => {
    const alphabet = [...ALPHABETS[below(ALPHABETS.length)]!];
    return Array.from({ length }, () => alphabet[below(alphabet.length)]).join('');
  };
  const value = (n: number) => {
    const label = ['', '.x', '.größe'][below(3)]!;
    const kind = below(3);
    if (kind === 0) return { DataType: `String${label}`, StringValue: `${text(1 + below(12))}.` };
    if (kind === 1) return { DataType: `Number${label}`, StringValue: ['007', '-1.50', '1e3', String(n)][below(4)]! };
    const bytes = Uint8Array.from({ length: 1 + below(24) }, () => below(256));
    return { DataType: `Binary${label}`, BinaryValue: Buffer.from(bytes).toString('base64') };
  };
  return Array.from({ length: count }, (_, n) => {
    const names = random() < 0.5 ? 0 : 1 + below(random() < 0.1 ? 10 : 3);
    const attributes = Object.fromEntries(Array.from({ length: names }, (_, k) => [`name-${k}.x_Y`, value(n)]));
    const used = Object.entries(attributes).reduce((sum, [name, each]) => sum + sizeOf(name, each), 0);
    const size = n < large ? MOST_BYTES - used - (random() < 0.5 ? 0 : below(400_000)) : 0;
    const front = `${n}:`;
    const body = size > 0 ? front.padEnd(size, 'large ') : front + text(below(30));
    return {
      messageId: uuidOf(seed, n),
      body,
      ...(names === 0 ? {} : { attributes }),
      ...(fifo || random() < 0.2 ? { groupId: `group-${below(groups)}` } : {}),
      ...(random() < 0.3 ? { traceHeader: TRACE + String(n) } : {}),
      receiveCount: 3,
    };
  });
}

export function numberOf({ body }: { readonly body: string }): number {
  return Number.parseInt(body, 10);
}

/** All that a copy has to have in common with its dead letter. */
export function contentOf(message: PlantedMessage | QueuedMessage): string {
  const { body, attributes = {} } = message;
  const planted = 'system' in message ? undefined : message;
  const group = planted === undefined ? (message as QueuedMessage).system['MessageGroupId'] : planted.groupId;
  const trace = planted === undefined ? (message as QueuedMessage).system['AWSTraceHeader'] : planted.traceHeader;
  const values = Object.entries(attributes)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, each]) => [name, each.DataType, each.StringValue, each.BinaryValue]);
  const plain = body.length > 200 ? createHash('sha256').update(body).digest('hex') : body;
  return JSON.stringify([plain, values, group, trace]);
}

function sizeOf(name: string, value: { DataType: string; StringValue?: string; BinaryValue?: string }): number {
  const { DataType, StringValue = '', BinaryValue = '' } = value;
  return (
    [name, DataType, StringValue].reduce((sum, each) => sum + Buffer.byteLength(each), 0) +
    Buffer.from(BinaryValue, 'base64').length
  );
}

function uuidOf(seed: number, n: number): string {
  const hex = createHash('md5').update(`${seed}/${n}`).digest('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
