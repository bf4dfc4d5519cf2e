import { Billing } from './billing/billing.ts';
import type { Tally } from './billing/tally.ts';
import { CloudTrail } from './cloudtrail/cloudtrail.ts';
import { Trail } from './cloudtrail/trail.ts';
import { CloudWatch } from './cloudwatch/cloudwatch.ts';
import { DynamoDb } from './dynamodb/dynamodb.ts';
import { EventBridge } from './events/event-bridge.ts';
import { Scheduler } from './events/scheduler.ts';
import { FreeTier } from './freetier/free-tier.ts';
import type { FreeTierAccount } from './freetier/free-tier-account.ts';
import { Iam } from './iam/iam.ts';
import type { IamAccount } from './iam/iam-account.ts';
import type { ApiError } from './kernel/api-error.ts';
import type { Clock } from './kernel/clock.ts';
import type { Region, TrailEvent } from './kernel/region.ts';
import type { Target } from './kernel/router.ts';
import type { Call, Service } from './kernel/service.ts';
import { Lambda, type LambdaOptions } from './lambda/lambda.ts';
import { Logs } from './logs/logs.ts';
import { Sns } from './sns/sns.ts';
import { Sqs } from './sqs/sqs.ts';
import { Sts } from './sts/sts.ts';

export interface RegionOptions {
  readonly name: string;
  readonly accountId: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly uuid: () => string;
  readonly folder: () => string;
  readonly endpoint: () => string;
  readonly freeTier: FreeTierAccount;
  readonly iam: IamAccount;
  readonly lambda: LambdaOptions;
}

/** One region: its services, wired to one another. */
export class SimulatedRegion implements Region {
  readonly name: string;
  readonly accountId: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly uuid: () => string;
  readonly billing: Billing;
  readonly #trail = new Trail();
  readonly cloudwatch: CloudWatch;
  readonly logs: Logs;
  readonly sqs: Sqs;
  readonly lambda: Lambda;
  readonly dynamodb: DynamoDb;
  readonly sns: Sns;
  readonly events: EventBridge;
  readonly scheduler: Scheduler;
  readonly services: readonly Service[];
  readonly #iam: IamAccount;
  readonly #endpoint: () => string;
  readonly #folder: () => string;
  readonly #tallies = new Map<Service, Map<string, Tally>>();

  constructor(options: RegionOptions) {
    this.name = options.name;
    this.accountId = options.accountId;
    this.clock = options.clock;
    this.random = options.random;
    this.uuid = options.uuid;
    this.#folder = options.folder;
    this.#iam = options.iam;
    this.#endpoint = options.endpoint;
    this.billing = new Billing(options.clock);
    this.cloudwatch = new CloudWatch(this);
    this.logs = new Logs(this);
    this.sqs = new Sqs(this);
    this.lambda = new Lambda(this, options.lambda);
    this.dynamodb = new DynamoDb(this);
    this.sns = new Sns(this);
    this.events = new EventBridge(this);
    this.scheduler = new Scheduler(this);
    this.services = [
      this.sqs,
      this.lambda,
      this.cloudwatch,
      this.logs,
      this.dynamodb,
      this.sns,
      this.events,
      this.scheduler,
      new Sts(this, options.iam),
      new Iam(this, options.iam),
      new CloudTrail(this),
      new FreeTier(this, options.freeTier),
    ];
  }

  get endpoint(): string {
    return this.#endpoint();
  }

  /** Made on first use: most regions never hold code. */
  get folder(): string {
    return this.#folder();
  }

  /** The newest management calls, oldest first. */
  get trail(): readonly TrailEvent[] {
    return this.#trail.events;
  }

  get metrics() {
    return this.cloudwatch.sink;
  }

  get queues() {
    return this.sqs.port;
  }

  get functions() {
    return this.lambda.port;
  }

  get topics() {
    return this.sns.port;
  }

  /** Counts the call, for the bill and in CloudWatch's metrics, and writes CloudTrail's line for a management call. */
  finished(target: Target, call: Call, output: unknown, error: ApiError | undefined): void {
    if (error === undefined) this.#calls(target).add(1, this.clock.now());
    this.cloudwatch.countCall(target.service.id, target.operation);
    this.#iam.used(call.accessKeyId, target.service.id, this.name, this.clock.now());
    const eventName = target.service.trailName?.(target.operation);
    if (eventName === undefined) return;
    this.#trail.add({
      eventId: this.uuid(),
      at: this.clock.now(),
      eventSource: `${target.service.id}.amazonaws.com`,
      eventName,
      region: this.name,
      accessKeyId: call.accessKeyId,
      userAgent: call.userAgent,
      requestId: call.requestId,
      requestParameters: target.input,
      responseElements: output,
      errorCode: error?.code,
      errorMessage: error?.message,
    });
  }

  /** By service and operation without a text made for each call: every message passes here. */
  #calls({ service, operation }: Target): Tally {
    const known = this.#tallies.get(service)?.get(operation);
    if (known !== undefined) return known;
    const tally = this.billing.tally('api-calls', `${service.id}:${operation}`);
    const ofService = this.#tallies.get(service) ?? new Map<string, Tally>();
    this.#tallies.set(service, ofService.set(operation, tally));
    return tally;
  }

  async close(): Promise<void> {
    this.sqs.close();
    this.events.close();
    this.scheduler.close();
    this.cloudwatch.close();
    this.dynamodb.close();
    await this.lambda.close();
  }
}
