import { sqsErrors } from './errors.ts';
import { type RedriveAllowPolicy, type RedrivePolicy, readRedriveAllowPolicy, readRedrivePolicy } from './redrive.ts';

/** Limits: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
const NUMBERS: ReadonlyMap<string, readonly [minimum: number, maximum: number, initial: number]> = new Map([
  ['DelaySeconds', [0, 900, 0]],
  ['MaximumMessageSize', [1024, 1_048_576, 1_048_576]],
  ['MessageRetentionPeriod', [60, 1_209_600, 345_600]],
  ['ReceiveMessageWaitTimeSeconds', [0, 20, 0]],
  ['VisibilityTimeout', [0, 43_200, 30]],
  ['KmsDataKeyReusePeriodSeconds', [60, 86_400, 300]],
]);
const BOOLEANS: ReadonlySet<string> = new Set(['SqsManagedSseEnabled', 'ContentBasedDeduplication', 'FifoQueue']);
const CHOICES: ReadonlyMap<string, readonly string[]> = new Map([
  ['DeduplicationScope', ['queue', 'messageGroup']],
  ['FifoThroughputLimit', ['perQueue', 'perMessageGroupId']],
]);
const TEXTS: ReadonlySet<string> = new Set(['Policy', 'RedrivePolicy', 'RedriveAllowPolicy', 'KmsMasterKeyId']);
const FIFO_ONLY: ReadonlySet<string> = new Set([
  'FifoQueue',
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'FifoThroughputLimit',
]);

/** "The change can take up to 60 seconds to propagate": seen for DeduplicationScope, so the simulator takes all of it. */
const PROPAGATION_MS = 60_000;

/** The attributes of a queue that can be set, checked and ready for use. */
export class QueueSettings {
  readonly fifo: boolean;
  delaySeconds = 0;
  maximumMessageSize = 1_048_576;
  retentionMs = 0;
  waitSeconds = 0;
  visibilitySeconds = 0;
  contentBasedDeduplication = false;
  redrivePolicy: RedrivePolicy | undefined;
  redriveAllowPolicy: RedriveAllowPolicy | undefined;
  readonly #values = new Map<string, string>();
  #scope = 'queue';
  #scopeBefore = 'queue';
  #scopeChangedAt = Number.NEGATIVE_INFINITY;

  constructor(fifo: boolean) {
    this.fifo = fifo;
    for (const [name, [, , initial]] of NUMBERS) this.#values.set(name, String(initial));
    this.#values.set('SqsManagedSseEnabled', 'true');
    if (fifo) {
      this.#values.set('FifoQueue', 'true');
      this.#values.set('ContentBasedDeduplication', 'false');
      this.#values.set('DeduplicationScope', 'queue');
      this.#values.set('FifoThroughputLimit', 'perQueue');
    }
    this.#derive();
  }

  /** Checks and takes over attributes of CreateQueue or SetQueueAttributes. Throws ApiError and then changes nothing. */
  apply(changes: ReadonlyMap<string, string>, now: number, creating = false): void {
    const scope = changes.get('DeduplicationScope') ?? this.#values.get('DeduplicationScope');
    const limit = changes.get('FifoThroughputLimit') ?? this.#values.get('FifoThroughputLimit');
    if (this.fifo && limit === 'perMessageGroupId' && scope !== 'messageGroup') {
      throw sqsErrors.invalidAttributeValue(
        'FifoThroughputLimit',
        'The perMessageGroupId value is allowed only when the value for DeduplicationScope is messageGroup.',
      );
    }
    if ((changes.get('KmsMasterKeyId') ?? '') !== '' && changes.get('SqsManagedSseEnabled') === 'true') {
      throw sqsErrors.invalidAttributeName(
        'You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.',
      );
    }
    const redrive = changes.get('RedrivePolicy');
    const allow = changes.get('RedriveAllowPolicy');
    const redrivePolicy = redrive === undefined ? this.redrivePolicy : readRedrivePolicy(redrive);
    const redriveAllowPolicy = allow === undefined ? this.redriveAllowPolicy : readRedriveAllowPolicy(allow);
    for (const [name, value] of changes) {
      if (TEXTS.has(name) && value === '') this.#values.delete(name);
      else this.#values.set(name, value);
    }
    this.redrivePolicy = redrivePolicy;
    this.redriveAllowPolicy = redriveAllowPolicy;
    if ((changes.get('KmsMasterKeyId') ?? '') !== '') this.#values.set('SqsManagedSseEnabled', 'false');
    else if (changes.get('SqsManagedSseEnabled') === 'true') this.#values.delete('KmsMasterKeyId');
    this.#derive();
    if (scope !== undefined && scope !== this.#scope) {
      this.#scopeBefore = this.#scope;
      this.#scope = scope;
      this.#scopeChangedAt = creating ? Number.NEGATIVE_INFINITY : now;
    }
  }

  /** The value as GetQueueAttributes tells it; undefined where AWS leaves the attribute out. */
  get(name: string): string | undefined {
    if (name === 'KmsDataKeyReusePeriodSeconds' && !this.#values.has('KmsMasterKeyId')) return undefined;
    return this.#values.get(name);
  }

  /** The first of these attributes that has another value here. */
  differing(wanted: ReadonlyMap<string, string>): string | undefined {
    for (const [name, value] of wanted) {
      if (!same(this.#values.get(name) ?? '', value)) return name;
    }
    return undefined;
  }

  /** Whether deduplication ids count within their group only, as far as a change of that has got around. */
  groupScoped(now: number): boolean {
    const scope = now < this.#scopeChangedAt + PROPAGATION_MS ? this.#scopeBefore : this.#scope;
    return scope === 'messageGroup';
  }

  #derive(): void {
    const number = (name: string) => Number(this.#values.get(name));
    this.delaySeconds = number('DelaySeconds');
    this.maximumMessageSize = number('MaximumMessageSize');
    this.retentionMs = number('MessageRetentionPeriod') * 1000;
    this.waitSeconds = number('ReceiveMessageWaitTimeSeconds');
    this.visibilitySeconds = number('VisibilityTimeout');
    this.contentBasedDeduplication = this.#values.get('ContentBasedDeduplication') === 'true';
  }
}

/** Brings attributes of a request into their stored form. Throws ApiError for unknown names and bad values. */
export function readAttributes(input: unknown, fifo: boolean, creating: boolean): Map<string, string> {
  const result = new Map<string, string>();
  for (const [name, value] of Object.entries((input ?? {}) as Record<string, unknown>)) {
    if (FIFO_ONLY.has(name) && !fifo) throw notForStandard(name);
    result.set(name, readAttribute(name, String(value), creating));
  }
  return result;
}

function notForStandard(name: string) {
  return name === 'DeduplicationScope' || name === 'FifoThroughputLimit'
    ? sqsErrors.invalidAttributeName(`You can specify the ${name} only when FifoQueue is set to true.`)
    : sqsErrors.unknownAttribute(name);
}

function readAttribute(name: string, value: string, creating: boolean): string {
  const range = NUMBERS.get(name);
  if (range !== undefined) {
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
    if (!(number >= range[0] && number <= range[1])) throw sqsErrors.invalidAttributeValue(name);
    return String(number);
  }
  if (BOOLEANS.has(name)) {
    const lower = value.toLowerCase();
    if (lower !== 'true' && lower !== 'false') throw sqsErrors.invalidAttributeValue(name);
    if (name === 'FifoQueue' && lower === 'false' && !creating) {
      throw sqsErrors.invalidAttributeValue(name, 'Modifying queue type is not supported.');
    }
    return lower;
  }
  const choices = CHOICES.get(name);
  if (choices !== undefined) {
    if (!choices.includes(value)) throw sqsErrors.invalidAttributeValue(name);
    return value;
  }
  if (!TEXTS.has(name)) throw sqsErrors.unknownAttribute(name);
  if (name === 'Policy' && value !== '' && !isPolicy(value)) throw sqsErrors.invalidAttributeValue(name);
  return value;
}

function same(a: string, b: string): boolean {
  return a === b || (isJson(a) && isJson(b) && JSON.stringify(JSON.parse(a)) === JSON.stringify(JSON.parse(b)));
}

/** A JSON object whose statements are objects, one or a list of them. */
function isPolicy(text: string): boolean {
  if (!isJson(text)) return false;
  const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
  const policy = JSON.parse(text) as { Statement?: unknown } | null;
  return isObject(policy) && [policy?.Statement ?? []].flat().every(isObject);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
