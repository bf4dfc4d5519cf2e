import { seededRandom } from '../simulator/kernel/random.ts';

/** One event as services/shared/event.ts defines it; the Worker checks it. */
export interface TrafficEvent {
  readonly id: string;
  readonly type: 'query' | 'page_view' | 'download';
  readonly sessionId: string;
  readonly occurredAt: string;
  readonly [field: string]: unknown;
}

export interface TrafficPlan {
  readonly events: number;
  readonly sessions: number;
  /**
   * How many of the events hold what the broken release cannot process: each alone in a session that was quiet for a
   * while and ends with it. Others of its session in the same batch would share its deliveries and die with it.
   */
  readonly poison: number;
  /** The same seed makes the same events. */
  readonly seed: number;
}

/** Each session's time of the first event, and how its events differ, come from the seed alone. */
const PATHS = ['/', '/cv', '/projects', '/projects/cvops', '/articles/part-5', '/contact'];
const QUESTIONS = [
  'Which cloud platforms have you worked with?',
  'Do you have experience with Terraform?',
  'What was your largest migration?',
  'How do you keep the bill at zero?',
  'Are you available for contracts?',
];
const COUNTRIES = ['GB', 'ES', 'DE', 'US', 'JP', 'BR'];
/** So many events lie between the last one of a session and its poison. */
const QUIET_EVENTS = 300;
/** Who sends when all planned sessions have ended. */
const LATECOMERS = ['s-latecomer'];
const REFERRERS = ['https://www.google.com/', 'https://www.linkedin.com/', 'https://news.ycombinator.com/'];

/**
 * Makes events in the order in which they happen.
 * @param occurredAt when event `index` happens, ms since the epoch.
 */
export function* trafficEvents(plan: TrafficPlan, occurredAt: (index: number) => number): Generator<TrafficEvent> {
  const random = seededRandom(plan.seed);
  const pick = <T>(values: readonly T[]) => values[Math.floor(random() * values.length)]!;
  const sessions = Array.from({ length: plan.sessions }, () => `s-${uuid(random).slice(0, 8)}`);
  const poisoned = Array.from({ length: plan.poison }, (_, i) => ({
    index: Math.floor(((i + 1) * plan.events) / (plan.poison + 1)),
    sessionId: sessions[Math.floor(((i + 0.5) * plan.sessions) / plan.poison)]!,
  }));
  const endingAt = new Map<number, string[]>();
  for (const { index, sessionId } of poisoned) {
    const end = Math.max(0, index - QUIET_EVENTS);
    endingAt.set(end, [...(endingAt.get(end) ?? []), sessionId]);
  }
  const poisonAt = new Map(poisoned.map(({ index, sessionId }) => [index, sessionId]));
  const open = new Set(sessions);
  for (let index = 0; index < plan.events; index++) {
    for (const sessionId of endingAt.get(index) ?? []) open.delete(sessionId);
    const common = {
      id: uuid(random),
      sessionId: poisonAt.get(index) ?? pick(open.size > 0 ? [...open] : LATECOMERS),
      occurredAt: new Date(occurredAt(index)).toISOString(),
      country: pick(COUNTRIES),
    };
    const kind = random();
    if (poisonAt.has(index)) yield { ...common, ...POISON };
    else if (kind < 0.3) {
      yield {
        ...common,
        type: 'query',
        query: pick(QUESTIONS),
        answered: random() < 0.9,
        latencyMs: Math.floor(200 + random() * 1800),
      };
    } else if (kind < 0.95) {
      const referrer = random() < 0.4 ? { referrer: pick(REFERRERS) } : {};
      yield { ...common, type: 'page_view', path: pick(PATHS), ...referrer };
    } else yield { ...common, type: 'download', path: '/cv.pdf' };
  }
}

/** What the broken release cannot process and the others can: see services/processor/broken-release.ts. */
const POISON = { type: 'query', query: 'Does she work 100% remote?', answered: true, latencyMs: 412 } as const;

/** A version 4 UUID from seeded numbers. https://www.rfc-editor.org/rfc/rfc9562#section-5.4 */
function uuid(random: () => number): string {
  const hex = Array.from({ length: 4 }, () =>
    Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0'),
  ).join('');
  const variant = ((Number.parseInt(hex[16]!, 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
