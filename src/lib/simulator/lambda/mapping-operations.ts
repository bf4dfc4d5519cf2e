import type { Region } from '../kernel/region.ts';
import type { Input, Operation } from '../kernel/service.ts';
import { conflict, constraint, invalidParameter, notFound, validation } from './errors.ts';
import { parsePattern } from './event-filter.ts';
import type { EventSourceMapping, MappingState } from './event-source-mapping.ts';
import { findVersion } from './function-model.ts';
import type { FunctionStore } from './function-store.ts';
import type { Invoker } from './invoker.ts';
import { type FunctionReference, functionArn, readReference } from './names.ts';
import { page } from './paging.ts';
import { QueuePoller } from './queue-poller.ts';

const DEFAULT_BATCH = 10;
const MAX_BATCH = 10_000;
const MAX_FIFO_BATCH = 10;

/** The event source mappings of a region, on SQS queues. */
export class EventSourceMappings {
  readonly operations: Readonly<Record<string, Operation>>;
  readonly #region: Region;
  readonly #store: FunctionStore;
  readonly #invoker: Invoker;
  /** Simulated ms from Creating, Enabling, … to the state that follows. */
  readonly #delay: number;
  readonly #mappings = new Map<string, { mapping: EventSourceMapping; poller: QueuePoller }>();

  constructor(region: Region, store: FunctionStore, invoker: Invoker, delay: number) {
    this.#region = region;
    this.#store = store;
    this.#invoker = invoker;
    this.#delay = delay;
    this.operations = {
      CreateEventSourceMapping: (input) => this.#create(input),
      GetEventSourceMapping: (input) => this.#render(this.#require(input).mapping),
      ListEventSourceMappings: (input) => this.#list(input),
      UpdateEventSourceMapping: (input) => this.#update(input),
      DeleteEventSourceMapping: (input) => this.#delete(input),
    };
  }

  tags(uuid: string): Map<string, string> | undefined {
    return this.#mappings.get(uuid)?.mapping.tags;
  }

  close(): void {
    for (const { poller } of this.#mappings.values()) poller.stop();
    this.#mappings.clear();
  }

  #create(input: Input) {
    const queueArn = readQueueArn(input);
    const reference = readReference(this.#region, input.FunctionName);
    const settings = readSettings(queueArn, input);
    this.#checkTarget(reference, queueArn);
    const existing = this.#duplicate(queueArn, reference);
    if (existing !== undefined) {
      throw conflict(
        `An event source mapping with SQS arn (" ${queueArn} ") and function (" ${reference.name} ") already exists. Please update or delete the existing mapping with UUID ${existing.uuid}`,
      );
    }
    const enabled = input.Enabled !== false;
    const mapping: EventSourceMapping = {
      uuid: this.#region.uuid(),
      queueArn,
      tags: new Map(Object.entries(input.Tags ?? {})),
      target: reference,
      ...defaults(),
      ...settings,
      enabled,
      state: enabled ? 'Creating' : 'Disabled',
      lastModified: this.#region.clock.now(),
    };
    const entry = { mapping, poller: new QueuePoller(this.#region, this.#invoker, mapping) };
    this.#mappings.set(mapping.uuid, entry);
    if (enabled) this.#settle(entry);
    return this.#render(mapping);
  }

  #list(input: Input) {
    const name = input.FunctionName === undefined ? undefined : readReference(this.#region, input.FunctionName);
    const matching = [...this.#mappings.values()]
      .map(({ mapping }) => mapping)
      .filter((mapping) => input.EventSourceArn === undefined || mapping.queueArn === input.EventSourceArn)
      .filter(({ target }) => name === undefined || sameTarget(target, name));
    const { items, next } = page(matching, input);
    return { EventSourceMappings: items.map((mapping) => this.#render(mapping)), NextMarker: next };
  }

  #update(input: Input) {
    const entry = this.#require(input);
    const { mapping, poller } = entry;
    const settings = readSettings(mapping.queueArn, input, mapping);
    if (input.FunctionName !== undefined) {
      const reference = readReference(this.#region, input.FunctionName);
      this.#checkTarget(reference, mapping.queueArn);
      mapping.target = reference;
    }
    Object.assign(mapping, settings);
    mapping.lastModified = this.#region.clock.now();
    mapping.state = transition(mapping.enabled, input.Enabled);
    mapping.enabled = input.Enabled ?? mapping.enabled;
    poller.stop();
    this.#settle(entry);
    return this.#render(mapping);
  }

  #delete(input: Input) {
    const entry = this.#require(input);
    entry.mapping.state = 'Deleting';
    entry.poller.stop();
    this.#after(entry.mapping, () => this.#mappings.delete(entry.mapping.uuid));
    return this.#render(entry.mapping);
  }

  #settle({ mapping, poller }: { mapping: EventSourceMapping; poller: QueuePoller }): void {
    this.#after(mapping, () => {
      mapping.state = mapping.enabled ? 'Enabled' : 'Disabled';
      if (mapping.enabled) poller.start();
    });
  }

  /** Runs after the delay, unless another change came meanwhile. */
  #after(mapping: EventSourceMapping, run: () => void): void {
    const { state } = mapping;
    this.#region.clock.schedule(this.#region.clock.now() + this.#delay, () => {
      if (this.#mappings.get(mapping.uuid)?.mapping === mapping && mapping.state === state) run();
    });
  }

  #require(input: Input) {
    const entry = this.#mappings.get(input.UUID);
    if (entry === undefined) throw notFound('The resource you requested does not exist.');
    return entry;
  }

  #checkTarget(reference: FunctionReference, queueArn: string): void {
    const fn = this.#store.find(reference.name);
    const alias = fn?.aliases.get(reference.qualifier ?? '');
    const version = fn === undefined ? undefined : findVersion(fn, alias?.functionVersion ?? reference.qualifier);
    if (version === undefined) throw invalidParameter('Function does not exist');
    const queue = this.#region.queues.byArn(queueArn);
    if (queue === undefined) {
      throw invalidParameter(
        'Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does not exist.',
      );
    }
    const timeout = version.deployment.settings.Timeout;
    if (queue.visibilityTimeoutSeconds < timeout) {
      throw invalidParameter(
        `Queue visibility timeout: ${queue.visibilityTimeoutSeconds} seconds is less than Function timeout: ${timeout} seconds`,
      );
    }
  }

  #duplicate(queueArn: string, reference: FunctionReference): EventSourceMapping | undefined {
    const found = [...this.#mappings.values()].find(
      ({ mapping }) => mapping.queueArn === queueArn && sameTarget(mapping.target, reference),
    );
    return found?.mapping;
  }

  /** https://docs.aws.amazon.com/lambda/latest/api/API_EventSourceMappingConfiguration.html */
  #render(mapping: EventSourceMapping) {
    const { name, qualifier } = mapping.target;
    return {
      UUID: mapping.uuid,
      EventSourceMappingArn: `arn:aws:lambda:${this.#region.name}:${this.#region.accountId}:event-source-mapping:${mapping.uuid}`,
      EventSourceArn: mapping.queueArn,
      FunctionArn: functionArn(this.#region, name, qualifier),
      BatchSize: mapping.batchSize,
      MaximumBatchingWindowInSeconds: mapping.windowSeconds,
      FilterCriteria: mapping.filters.length > 0 ? { Filters: mapping.filters } : undefined,
      FunctionResponseTypes: mapping.reportsFailures ? ['ReportBatchItemFailures'] : [],
      ScalingConfig:
        mapping.maximumConcurrency === undefined ? undefined : { MaximumConcurrency: mapping.maximumConcurrency },
      LastModified: new Date(mapping.lastModified),
      State: mapping.state,
      StateTransitionReason: 'USER_INITIATED',
    };
  }
}

type Settings = Pick<
  EventSourceMapping,
  'batchSize' | 'windowSeconds' | 'filters' | 'patterns' | 'reportsFailures' | 'maximumConcurrency'
>;

function defaults(): Settings {
  return {
    batchSize: DEFAULT_BATCH,
    windowSeconds: 0,
    filters: [],
    patterns: [],
    reportsFailures: false,
    maximumConcurrency: undefined,
  };
}

/** The members that the input sets, checked together with those that it leaves. */
function readSettings(queueArn: string, input: Input, current: Settings = defaults()): Partial<Settings> {
  checkRanges(input);
  const batchSize = input.BatchSize ?? current.batchSize;
  const windowSeconds = input.MaximumBatchingWindowInSeconds ?? current.windowSeconds;
  if (queueArn.endsWith('.fifo')) {
    if (windowSeconds > 0) throw invalidParameter('Batching window is not supported for FIFO queues');
    if (batchSize > MAX_FIFO_BATCH) {
      throw invalidParameter(`Batch size of ${batchSize} is above ${MAX_FIFO_BATCH}, the most for a FIFO queue`);
    }
  } else if (batchSize > DEFAULT_BATCH && windowSeconds === 0) {
    throw invalidParameter(
      'Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10',
    );
  }
  const settings: Record<string, unknown> = { batchSize, windowSeconds };
  if (input.FilterCriteria !== undefined) {
    const filters: { Pattern: string }[] = input.FilterCriteria.Filters ?? [];
    settings['filters'] = filters;
    settings['patterns'] = filters.map((filter) => parsePattern(filter.Pattern));
  }
  if (input.FunctionResponseTypes !== undefined) {
    settings['reportsFailures'] = input.FunctionResponseTypes.includes('ReportBatchItemFailures');
  }
  if (input.ScalingConfig !== undefined) settings['maximumConcurrency'] = input.ScalingConfig.MaximumConcurrency;
  return settings as Partial<Settings>;
}

function checkRanges(input: Input): void {
  const problems: string[] = [];
  const check = (value: unknown, member: string, min: number, max: number) => {
    if (value === undefined) return;
    if (Number(value) > max) {
      problems.push(constraint(String(value), member, `Member must have value less than or equal to ${max}`));
    } else if (Number(value) < min) {
      problems.push(constraint(String(value), member, `Member must have value greater than or equal to ${min}`));
    }
  };
  check(input.BatchSize, 'batchSize', 1, MAX_BATCH);
  check(input.MaximumBatchingWindowInSeconds, 'maximumBatchingWindowInSeconds', 0, 300);
  check(input.ScalingConfig?.MaximumConcurrency, 'scalingConfig.maximumConcurrency', 2, 1000);
  if (problems.length > 0) throw validation(...problems);
}

function readQueueArn(input: Input): string {
  if (input.EventSourceArn === undefined) throw invalidParameter('Unrecognized event source.');
  const arn = String(input.EventSourceArn);
  if (!arn.startsWith('arn:aws:sqs:')) {
    throw invalidParameter(`The simulator maps SQS queues only; ${arn} is not one.`);
  }
  const { OnSuccess, OnFailure } = input.DestinationConfig ?? {};
  if (OnSuccess?.Destination !== undefined || OnFailure?.Destination !== undefined) {
    throw invalidParameter('Unsupported DestinationConfig parameter for given event source mapping type.');
  }
  return arn;
}

function transition(enabled: boolean, wanted: boolean | undefined): MappingState {
  if (wanted === undefined || wanted === enabled) return 'Updating';
  return wanted ? 'Enabling' : 'Disabling';
}

function sameTarget(a: FunctionReference, b: FunctionReference): boolean {
  return a.name === b.name && (a.qualifier ?? '$LATEST') === (b.qualifier ?? '$LATEST');
}
