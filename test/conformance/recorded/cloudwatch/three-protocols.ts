import { cbor, tag } from '@smithy/core/cbor';
import { SimulatedClock } from '../../../../src/lib/simulator/kernel/clock.ts';
import { Simulator } from '../../../../src/lib/simulator/simulator.ts';

export const PROTOCOLS = ['json', 'query', 'smithy-rpc-v2-cbor'] as const;
export type Protocol = (typeof PROTOCOLS)[number];
/** The account that the recordings name. */
export const ACCOUNT = '111111111111';
export const START = Date.UTC(2026, 0, 15, 10, 0, 5);

type Members = Record<string, unknown>;

/** What came over the wire: status, headers and the body as its protocol has it. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** JSON and CBOR: members. Query: elements, `@xmlns` beside them; an empty element is null, a repeated one a list. */
  readonly body: Members;
  readonly bytes: Buffer;
}

const SERVICES = {
  monitoring: { version: '2010-08-01' },
  sns: { version: '2010-03-31' },
} as const;

/** A simulator with a frozen clock, spoken to in one of CloudWatch's three protocols without an SDK between. */
export class CloudWatchUnderTest {
  readonly simulator: Simulator;
  readonly clock: SimulatedClock;
  readonly protocol: Protocol;

  private constructor(simulator: Simulator, clock: SimulatedClock, protocol: Protocol) {
    this.simulator = simulator;
    this.clock = clock;
    this.protocol = protocol;
  }

  static async start(protocol: Protocol): Promise<CloudWatchUnderTest> {
    const clock = new SimulatedClock({ rate: 0, start: START });
    return new CloudWatchUnderTest(await Simulator.start({ clock, accountId: ACCOUNT }), clock, protocol);
  }

  close(): Promise<void> {
    return this.simulator.close();
  }

  /** Seconds from the clock's time, as a Date. */
  at(seconds: number): Date {
    return new Date(this.clock.now() + seconds * 1000);
  }

  /** Calls CloudWatch as an SDK does and reads the answer as one: modelled members, numbers as numbers, errors in one form. */
  async call(operation: string, input: Members = {}): Promise<Members> {
    const answer = await this.send(operation, input, { 'x-amzn-query-mode': 'true' });
    const ResponseMetadata = { HTTPStatusCode: answer.status };
    if (answer.status >= 400) return { ...sdkError(this.protocol, answer), ResponseMetadata };
    const members = this.protocol === 'query' ? queryMembers(operation, answer.body) : answer.body;
    // In AWS's raw answers but in no SDK's model, so the recorded clients never saw it.
    const { LogAlarms, ...modelled } = members;
    return { ...modelled, ResponseMetadata };
  }

  /** Calls CloudWatch and gives back what came over the wire. */
  async send(operation: string, input: Members, headers: Record<string, string> = {}): Promise<WireAnswer> {
    const { path, type, body, extra } = request(this.protocol, operation, input);
    const response = await fetch(`${this.simulator.endpoint}${path}`, {
      method: 'POST',
      headers: { 'content-type': type, authorization: signature('monitoring'), ...extra, ...headers },
      body,
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    return { status: response.status, headers: response.headers, body: this.#read(bytes), bytes };
  }

  /** Makes a topic with a mail subscriber who has confirmed. */
  async topic(name: string): Promise<string> {
    const { sns } = this.simulator.region();
    const call = { protocol: 'query' } as never;
    const { TopicArn } = sns.operations['CreateTopic']!({ Name: name }, call) as { TopicArn: string };
    sns.operations['Subscribe']!({ TopicArn, Protocol: 'email', Endpoint: 'operator@example.com' }, call);
    const link = /https?:\S+/.exec(sns.outbox.at(-1)!.body)![0];
    await fetch(link);
    return TopicArn;
  }

  /** The mails of alarms, newest last. */
  get alarmMails(): readonly { subject: string; body: string }[] {
    return this.simulator.region().sns.outbox.filter(({ body }) => body.startsWith('{'));
  }

  #read(bytes: Buffer): Members {
    if (this.protocol === 'query') return elements(bytes.toString('utf8'));
    if (this.protocol === 'json') return JSON.parse(bytes.toString('utf8'));
    return untagged(cbor.deserialize(bytes)) as Members;
  }
}

/** Times out of their CBOR tags. */
function untagged(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(untagged);
  if (typeof value !== 'object' || value === null) return value;
  const members = value as Members;
  if (members['tag'] === 1) return new Date(Number(members['value']) * 1000);
  return Object.fromEntries(Object.entries(members).map(([name, item]) => [name, untagged(item)]));
}

export function signature(service: string): string {
  return `AWS4-HMAC-SHA256 Credential=test/20260115/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;
}

function request(protocol: Protocol, operation: string, input: Members) {
  switch (protocol) {
    case 'query':
      return {
        path: '/',
        type: 'application/x-www-form-urlencoded; charset=utf-8',
        body: formBody(operation, input),
        extra: {},
      };
    case 'json':
      return {
        path: '/',
        type: 'application/x-amz-json-1.0',
        body: JSON.stringify(seconds(input)),
        extra: { 'x-amz-target': `GraniteServiceVersion20100801.${operation}` },
      };
    default:
      return {
        path: `/service/GraniteServiceVersion20100801/operation/${operation}`,
        type: 'application/cbor',
        body: Buffer.from(cbor.serialize(tagged(input))),
        extra: { 'smithy-protocol': 'rpc-v2-cbor' },
      };
  }
}

/** `MetricData.member.1.Value=3`: https://smithy.io/2.0/aws/protocols/aws-query-protocol.html */
export function formBody(operation: string, input: Members): string {
  const form = new URLSearchParams({ Action: operation, Version: SERVICES.monitoring.version });
  const add = (path: string, value: unknown): void => {
    if (value instanceof Date) form.append(path, value.toISOString());
    else if (Array.isArray(value)) {
      if (value.length === 0) form.append(path, '');
      for (const [i, item] of value.entries()) add(`${path}.member.${i + 1}`, item);
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, item] of Object.entries(value)) add(`${path}.${name}`, item);
    } else form.append(path, String(value));
  };
  for (const [name, value] of Object.entries(input)) add(name, value);
  return form.toString();
}

function seconds(value: unknown): unknown {
  return mapDates(value, (date) => date.getTime() / 1000);
}

function tagged(value: unknown): unknown {
  return mapDates(value, (date) => tag({ tag: 1, value: date.getTime() / 1000 }));
}

function mapDates(value: unknown, change: (date: Date) => unknown): unknown {
  if (value instanceof Date) return change(value);
  if (Array.isArray(value)) return value.map((item) => mapDates(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, mapDates(item, change)]));
}

function sdkError(protocol: Protocol, answer: WireAnswer): Members {
  if (protocol === 'query') return { Error: (answer.body['ErrorResponse'] as Members)['Error'] };
  const [Code, Type] = (answer.headers.get('x-amzn-query-error') ?? ';').split(';');
  const type = String(answer.body['__type']);
  return {
    Error: { Code, Type, Message: answer.body['message'] ?? '', QueryErrorCode: type.slice(type.indexOf('#') + 1) },
  };
}

const NUMBERS =
  /^(Average|Sum|Minimum|Maximum|SampleCount|Values|Threshold|Period|EvaluationPeriods|DatapointsToAlarm|Size)$/;
const LISTS =
  /^(AlarmActions|OKActions|InsufficientDataActions|CompositeAlarms|MetricAlarms|LogAlarms|Dimensions|Messages|MetricDataResults|Timestamps|Values|Datapoints|Metrics|Tags|AlarmHistoryItems|DashboardEntries|DashboardValidationMessages)$/;

function queryMembers(operation: string, body: Members): Members {
  const response = body[`${operation}Response`] as Members;
  return typed(response[`${operation}Result`] ?? {}, '') as Members;
}

/** Elements as an SDK reads them with its model. */
function typed(value: unknown, name: string): unknown {
  if (LISTS.test(name)) {
    const items = (value as Members | null)?.['member'] ?? [];
    return (Array.isArray(items) ? items : [items]).map((item) => typed(item, `${name}[]`));
  }
  const bare = name.replace('[]', '');
  if (value === null) return '';
  if (typeof value === 'object') {
    return Object.fromEntries(Object.entries(value as Members).map(([key, item]) => [key, typed(item, key)]));
  }
  if (NUMBERS.test(bare)) return Number(value);
  return bare === 'ActionsEnabled' ? value === 'true' : value;
}

/** XML as nested members: enough for answers without mixed content. */
function elements(xml: string): Members {
  const root: Members = {};
  const open: { name: string; node: Members; text: string }[] = [{ name: '', node: root, text: '' }];
  for (const [, close, name, attributes, empty, text] of xml.matchAll(
    /<(\/?)([\w:]+)((?:\s+[\w:]+="[^"]*")*)\s*(\/?)>|([^<]+)/g,
  )) {
    if (text !== undefined) open.at(-1)!.text += text;
    else if (close === '/' || empty === '/') {
      if (empty === '/') open.push({ name: name!, node: {}, text: '' });
      const { name: own, node, text: inner } = open.pop()!;
      attach(open.at(-1)!.node, own, Object.keys(node).length > 0 ? node : inner === '' ? null : unescapeXml(inner));
    } else {
      const node: Members = {};
      for (const [, key, value] of (attributes ?? '').matchAll(/([\w:]+)="([^"]*)"/g)) node[`@${key}`] = value;
      open.push({ name: name!, node, text: '' });
    }
  }
  return root;
}

function attach(parent: Members, name: string, value: unknown): void {
  if (!(name in parent)) parent[name] = value;
  else if (Array.isArray(parent[name])) (parent[name] as unknown[]).push(value);
  else parent[name] = [parent[name], value];
}

function unescapeXml(text: string): string {
  const named: Record<string, string> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
  return text.replace(/&(?:#(x?)([\da-fA-F]+)|(\w+));/g, (_, hex: string, code: string, name: string) =>
    name === undefined ? String.fromCodePoint(Number.parseInt(code, hex === 'x' ? 16 : 10)) : named[name]!,
  );
}
