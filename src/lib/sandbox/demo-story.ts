import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';
import type { DemoStage } from './demo-stage.ts';
import { release } from './seed.ts';
import { asRelease } from './service-bundles.ts';
import { SYSTEM } from './system.ts';
import { type TrafficEvent, trafficEvents } from './traffic.ts';

/** How much happens before and after the broken release goes live. */
export interface DemoPlan {
  readonly before: { readonly events: number; readonly sessions: number };
  readonly after: { readonly events: number; readonly sessions: number; readonly poison: number };
  readonly perSecond: number;
}

export const DEMO_PLAN: DemoPlan = {
  before: { events: 7_000, sessions: 300 },
  after: { events: 3_000, sessions: 150, poison: 3 },
  perSecond: 10,
};

/** What the demo claims, each counted at the end. */
export interface DemoFigures {
  /** Events in the table, each counted once. */
  readonly written: number;
  /** Messages in the dead-letter queue before the replay. */
  readonly dead: number;
  readonly replayed: number;
  /** Replayed messages whose verdict is that they succeeded. */
  readonly verified: number;
  /** Events sent that are not in the table. */
  readonly lost: number;
  /** Items beyond one for each event, and second writes that the table refused. */
  readonly twice: number;
}

/** The audience: what it sees, and who runs the commands. */
export interface DemoAudience {
  /** A step begins. */
  narrate(id: string, text: string): void;
  /** What became of it, in one line. */
  remark(text: string): void;
  progress(text: string): void;
  /** Runs a command line of cvops as one would type it, and shows it with its output. Answers its exit code. */
  run(argv: readonly string[]): Promise<number>;
  /** Runs a command line unseen, with `--json`; answers `data`. */
  // biome-ignore lint/suspicious/noExplicitAny: each command's data has its own shape
  ask(argv: readonly string[]): Promise<any>;
}

/** Simulated ms after which a message that fails on every delivery is dead for sure. */
const DEATH_LIMIT_MS = 15 * 60_000;
const SEED = 20_261_123;

/**
 * Plays the story: events flow; a broken release goes live and kills some; an alarm comes; inspect, roll back, replay,
 * verify; count everything. Answers the figures, all of them measured.
 * @throws CvopsError `DemoFailed` when a command fails or the story does not go on.
 */
export async function tellDemo(
  stage: DemoStage,
  audience: DemoAudience,
  signal: AbortSignal,
  plan: DemoPlan = DEMO_PLAN,
): Promise<DemoFigures> {
  const { clock } = stage;
  const events = (count: number, sessions: number, poison: number, seed: number): readonly TrafficEvent[] => {
    const start = clock.now();
    return [
      ...trafficEvents({ events: count, sessions, poison, seed }, (index) => start + (index * 1000) / plan.perSecond),
    ];
  };
  const run = async (...argv: string[]) => {
    signal.throwIfAborted();
    const code = await audience.run(argv);
    signal.throwIfAborted();
    if (code !== ExitCode.done) throw failed(`\`cvops ${argv.join(' ')}\` ended with exit code ${code}.`);
  };
  const flow = (sent: readonly TrafficEvent[]) =>
    stage.send(sent, {
      perSecond: plan.perSecond,
      signal,
      onProgress: (count) => audience.progress(`${number(count)} of ${number(sent.length)} events`),
    });

  const { before, after } = plan;
  audience.narrate(
    'traffic',
    `${number(before.events)} events from ${number(before.sessions)} visitors, on release 5.`,
  );
  const first = events(before.events, before.sessions, 0, SEED);
  await flow(first);
  audience.remark(`${number((await stage.writtenIds()).length)} in the table, ${await dead(stage)} dead.`);

  audience.narrate('release', 'Release 6 goes live. It decodes every question as if it were a URL.');
  const { simulator, bundles } = stage.sandbox;
  const zip = asRelease(bundles.brokenProcessor, SYSTEM.firstRelease + 1);
  const version = await release(simulator, stage.operate, SYSTEM.processor, zip, `release ${SYSTEM.firstRelease + 1}`);
  audience.remark(`Alias ${SYSTEM.alias} serves version ${version}.`);

  audience.narrate('failure', `${number(after.events)} more events. ${after.poison} of them ask about "100%".`);
  const second = events(after.events, after.sessions, after.poison, SEED + 1);
  const broken = clock.now();
  await flow(second);
  const settled = await stage.advanceUntil(
    async () => {
      const { visible, inFlight } = await stage.depth(SYSTEM.queue);
      return visible + inFlight === 0 && (await dead(stage)) >= after.poison && alarmMail(stage, broken) !== undefined;
    },
    { limitMs: DEATH_LIMIT_MS, signal },
  );
  if (!settled) throw failed('the broken release killed nothing, or no alarm came.');
  const deaths = await dead(stage);
  audience.remark(
    `${number((await stage.writtenIds()).length)} in the table; ${deaths} failed ${SYSTEM.maxReceiveCount} times and are dead.`,
  );
  const mail = alarmMail(stage, broken)!;
  audience.remark(`Mail to ${mail.to} at ${mail.at.slice(11, 16)} UTC: ${mail.subject}`);

  audience.narrate('list', 'What is dead?');
  await run('dlq', 'list');
  audience.narrate('inspect', 'Why?');
  await run('dlq', 'inspect', '--explain');
  audience.narrate('rollback', 'Back to the release before, in one atomic call.');
  await run('alias', 'rollback', 'processor', '--yes');
  audience.narrate('replay', 'Send the dead letters again, and wait for their verdict.');
  await run('dlq', 'replay', '--yes');

  audience.narrate('count', 'Count everything.');
  const { runs } = await audience.ask(['dlq', 'runs']);
  const ids = await stage.writtenIds();
  const distinct = new Set(ids);
  const sent = [...first, ...second];
  const replays = runs as readonly { replayed: number; verified: { succeeded: number } | null }[];
  return {
    written: distinct.size,
    dead: deaths,
    replayed: replays.reduce((sum, each) => sum + each.replayed, 0),
    verified: replays.reduce((sum, each) => sum + (each.verified?.succeeded ?? 0), 0),
    lost: sent.filter(({ id }) => !distinct.has(id)).length,
    twice: ids.length - distinct.size + (await stage.secondWrites()),
  };
}

/** What the figures must be. */
export function expectedFigures(plan: DemoPlan = DEMO_PLAN): DemoFigures {
  const { poison } = plan.after;
  return {
    written: plan.before.events + plan.after.events,
    dead: poison,
    replayed: poison,
    verified: poison,
    lost: 0,
    twice: 0,
  };
}

/** `10,000 written, 3 dead, 3 replayed, 3 verified, 0 lost, 0 twice`. */
export function figuresLine(figures: DemoFigures): string {
  return Object.entries(figures)
    .map(([name, value]) => `${number(value)} ${name}`)
    .join(', ');
}

async function dead(stage: DemoStage): Promise<number> {
  return (await stage.depth(SYSTEM.dlq)).visible;
}

/** The mail that the depth alarm sent since then. */
function alarmMail(stage: DemoStage, since: number) {
  return stage.sandbox.simulator
    .region(SYSTEM.region)
    .sns.outbox.find(
      ({ at, subject, body }) => Date.parse(at) >= since && `${subject}${body}`.includes(SYSTEM.depthAlarm),
    );
}

function failed(what: string): CvopsError {
  return new CvopsError('DemoFailed', ExitCode.failed, `the demo did not go as planned: ${what}`, {
    hint: 'run it again with --debug; if it fails again, report what it prints.',
  });
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
