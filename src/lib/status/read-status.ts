import { whyWords } from '../alarms/alarm-words.ts';
import { alarmsOf } from '../alarms/alarms-of.ts';
import type { Alarm, AlarmControls } from '../aws/ports/alarms.ts';
import type { Functions } from '../aws/ports/functions.ts';
import type { Metrics } from '../aws/ports/metrics.ts';
import type { Queue, Queues } from '../aws/ports/queues.ts';
import { type Config, DEFAULT_ALIAS, type ServiceConfig } from '../config/config.ts';
import { onceEach } from '../once-each.ts';
import { parseAliasRecord } from '../release/alias-record.ts';
import { describeAlias } from '../release/show-alias.ts';
import { settled } from '../usage/settled.ts';
import type { AlarmStatus, QueueStatus, ServiceStatus, StatusGap, SystemStatus } from './system-status.ts';

/** Each is made, and its client loaded, when it is first asked for. */
export interface StatusPorts {
  queues(): Promise<Queues>;
  functions(): Promise<Functions>;
  alarms(): Promise<AlarmControls>;
  metrics(): Promise<Metrics>;
  /** AWS's time, ms since the epoch: ages and alarms are told in it. */
  now(): number;
}

/** Queues report once a minute; older points say nothing of now. */
const LOOK_BACK_MS = 15 * 60_000;

/**
 * Looks at a system again and again: an alias, a queue and all alarms are a call each, and one more the age of a queue
 * that is not empty. The first look also asks where the queues are.
 */
export class StatusReader {
  readonly #config: Config;
  readonly #ports: StatusPorts;
  readonly #urls = new Map<string, string>();

  /** @param config with the services to look at. */
  constructor(config: Config, ports: StatusPorts) {
    this.#config = config;
    this.#ports = ports;
  }

  /** @throws what ends a command, see `endsCommand`; what one call is refused is a gap. */
  async read(): Promise<SystemStatus> {
    const gaps: StatusGap[] = [];
    const part = async <T>(subject: string, call: () => Promise<T>): Promise<T | null> => {
      const { value, gap } = await settled(call);
      if (gap === undefined) return value;
      gaps.push({ subject, ...gap });
      return null;
    };
    const queueOf = onceEach(
      ({ name, isDlq }: { readonly name: string; readonly isDlq: boolean }) => this.#queue(name, isDlq, part),
      ({ name }) => name,
    );
    const [services, alarms] = await Promise.all([
      Promise.all(
        Object.entries(this.#config.services).map(
          async ([service, { queue, dlq, ...config }]): Promise<ServiceStatus> => {
            const [served, main, dead] = await Promise.all([
              this.#alias(service, config, part),
              queue === undefined ? null : queueOf({ name: queue, isDlq: false }),
              dlq === undefined ? null : queueOf({ name: dlq, isDlq: true }),
            ]);
            return { service, ...served, queue: main, dlq: dead };
          },
        ),
      ),
      part('the alarms were', async () => alarmsOf(this.#config, await (await this.#ports.alarms()).list())),
    ]);
    return {
      // After the calls: their answers tell the time.
      at: new Date(this.#ports.now()).toISOString(),
      services,
      alarms: (alarms ?? []).map((alarm) => this.#alarm(alarm)),
      // In the order of the screen, not of the answers.
      gaps: gaps.sort((a, b) => (a.subject < b.subject ? -1 : 1)),
    };
  }

  async #alias(
    service: string,
    { function: name, alias = DEFAULT_ALIAS }: ServiceConfig,
    part: <T>(subject: string, call: () => Promise<T>) => Promise<T | null>,
  ): Promise<Pick<ServiceStatus, 'alias' | 'release'>> {
    const found =
      name === undefined
        ? null
        : await part(`alias ${name}:${alias} was`, async () => (await this.#ports.functions()).getAlias(name, alias));
    if (found === null) return { alias: null, release: null };
    const state = describeAlias(service, found);
    const record = parseAliasRecord(found.description);
    if (record === undefined || state.changedAt === null) return { alias: state, release: null };
    const { releaseId: id, kind, by, reason } = record;
    return { alias: state, release: { id, kind, at: state.changedAt, by, reason } };
  }

  async #queue(
    name: string,
    isDlq: boolean,
    part: <T>(subject: string, call: () => Promise<T>) => Promise<T | null>,
  ): Promise<QueueStatus | null> {
    const queue = await part(`queue ${name} was`, async () =>
      (await this.#ports.queues()).describe(this.#urls.get(name) ?? name),
    );
    if (queue === null) return null;
    this.#urls.set(name, queue.url);
    const { visible, inFlight, delayed } = queue.attributes;
    const age =
      visible + inFlight === 0
        ? null
        : await part(`the age of the oldest message in ${name} was`, () => this.#age(queue));
    // Of dead letters the metric says 0: see describeDeadLetterQueue.
    return { name, visible, inFlight, delayed, oldestAgeSeconds: isDlq && age === 0 ? null : age };
  }

  async #age(queue: Queue): Promise<number | null> {
    const now = this.#ports.now();
    const readings = await (await this.#ports.metrics()).queueReadings({
      queue: queue.name,
      gauge: 'oldestAge',
      fromMs: now - LOOK_BACK_MS,
      toMs: now + 60_000,
    });
    return [...readings].sort((a, b) => a.at - b.at).at(-1)?.value ?? null;
  }

  #alarm(alarm: Alarm): AlarmStatus {
    const { name, state, reason, description, since, rule } = alarm;
    const looksAt = new Set(Object.values(rule?.dimensions ?? {}));
    const services = Object.entries(this.#config.services);
    // Of the services of a queue the one that reads it: it has a function.
    const found =
      services.find(([, service]) => looksAt.has(service.function ?? '')) ??
      services.find(([, service]) => service.function !== undefined && hasQueue(service, looksAt)) ??
      services.find(([, service]) => hasQueue(service, looksAt));
    return {
      name,
      state,
      since: since === null ? null : new Date(since).toISOString(),
      why: whyWords(alarm),
      reason,
      description,
      service: found?.[0] ?? null,
    };
  }
}

function hasQueue({ queue, dlq }: ServiceConfig, names: ReadonlySet<string>): boolean {
  return names.has(queue ?? '') || names.has(dlq ?? '');
}
