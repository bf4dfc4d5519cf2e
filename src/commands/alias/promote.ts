import { DEFAULT_ALIAS } from '../../lib/config/config.ts';
import { findService } from '../../lib/config/find-service.ts';
import type { Context } from '../../lib/context.ts';
import { formatDuration } from '../../lib/io/format.ts';
import type { Outcome, Warning } from '../../lib/io/outcome.ts';
import { type PromotionPlan, planPromotion } from '../../lib/release/plan-promotion.ts';
import { defineCommand, dryRunFlag } from '../command.ts';
import { parseDuration, usageError } from '../parse.ts';
import { warnFirst } from '../warn-first.ts';
import { parsePerService } from './parse-per-service.ts';
import { parseSteps } from './parse-steps.ts';
import { parseVersion } from './parse-version.ts';
import { preflightText } from './preflight-line.ts';
import { nothingOutcome, type Promotion, promotionOutcome } from './promote-outcome.ts';
import { promoteServices, type SetOptions } from './promote-set.ts';
import { runPromotion } from './run-promotion.ts';
import { openSmoke } from './smoke-events.ts';
import { releaseSignals } from './watched-signals.ts';

interface PromoteOptions {
  readonly services: readonly string[];
  readonly to: string | undefined;
  /** Of several services: what is said of each. */
  readonly set: Pick<SetOptions, 'to' | 'smoke'> | undefined;
  /** Percent, rising, below 100; empty for all at once. */
  readonly percents: readonly number[];
  readonly bakeMs: number;
  readonly maxBakeMs: number;
  readonly smoke: string | undefined;
  /** `--no-smoke`: left out knowingly. */
  readonly noSmoke: boolean;
  readonly reason: string | undefined;
  readonly force: boolean;
  readonly dryRun: boolean;
}

const BAKE_MS = 5 * 60_000;
const MAX_BAKE_MS = 30 * 60_000;

export const aliasPromote = defineCommand<PromoteOptions>({
  arguments: [
    {
      name: '[services...]',
      description: 'service name; may be left out when only one has a function. Several move all or none',
    },
  ],
  flags: [
    {
      flags: '--to <version>',
      description: 'this version instead of the newest published one; of several services processor=12,reporter=3',
    },
    {
      flags: '--canary <percent>',
      description: 'give the new version this share first, and judge it against the old one',
    },
    { flags: '--steps <percents>', description: 'more steps, each judged, e.g. 10,50,100' },
    { flags: '--bake <duration>', description: 'watch each step so long (5m)' },
    { flags: '--max-bake <duration>', description: 'and at most so long while the verdict is open (30m)' },
    {
      flags: '--smoke <events>',
      description:
        'what to invoke the version with before it gets traffic: a file (JSON, NDJSON, exported dead letters), last-replay or run:RUN (what that replay sent)',
    },
    { flags: '--no-smoke', description: 'no smoke test, and no word about it' },
    { flags: '--reason <text>', description: 'kept with the release' },
    { flags: '--force', description: 'take a version that was rolled back from; end a split that is under way' },
    dryRunFlag,
  ],
  examples: [
    'cvops alias promote processor --smoke events.json',
    'cvops alias promote processor --smoke last-replay',
    'cvops alias promote processor --steps 10,50,100 --bake 10m --smoke events.json',
    'cvops alias promote processor --to 6 --dry-run',
    'cvops alias promote processor reporter --to processor=12 --canary 10 --yes',
  ],
  parse: (args, flags) => {
    // All of a list that commander gives as one argument.
    const services = args.flat().filter((each) => each !== undefined);
    const percents = parseSteps(flags['canary'], flags['steps']);
    const bakeMs = parseDuration(flags['bake'], '--bake');
    const maxBakeMs = parseDuration(flags['maxBake'], '--max-bake');
    if (percents.length === 0 && (bakeMs ?? maxBakeMs) !== undefined) {
      throw usageError('--bake and --max-bake are for --canary and --steps.', 'e.g. --canary 10 --bake 5m.');
    }
    if (maxBakeMs !== undefined && maxBakeMs < (bakeMs ?? BAKE_MS)) {
      throw usageError('--max-bake is shorter than --bake.');
    }
    const smoke = flags['smoke'];
    const isSet = services.length > 1;
    const versions = isSet ? parsePerService(flags['to'], '--to', services, '12') : undefined;
    const sources = isSet ? parsePerService(smoke, '--smoke', services, 'events.json') : undefined;
    for (const version of versions?.values() ?? []) parseVersion(version);
    return {
      services,
      to: isSet ? undefined : parseVersion(flags['to']),
      set: isSet ? { to: versions!, smoke: sources! } : undefined,
      percents,
      bakeMs: bakeMs ?? BAKE_MS,
      maxBakeMs: maxBakeMs ?? Math.max(MAX_BAKE_MS, bakeMs ?? BAKE_MS),
      smoke: typeof smoke === 'string' ? smoke : undefined,
      noSmoke: smoke === false,
      reason: flags['reason'] as string | undefined,
      force: flags['force'] === true,
      dryRun: flags['dryRun'] === true,
    };
  },
  run: promote,
});

const NO_SMOKE_TEST: Warning = {
  code: 'NoSmokeTest',
  message: 'no smoke test: name events with --smoke FILE or --smoke last-replay, or say --no-smoke.',
};

async function promote(options: PromoteOptions, context: Context): Promise<Outcome> {
  if (options.set !== undefined) return promoteServices({ ...options, ...options.set }, context);
  const smoke = await openSmoke(options.smoke, context);
  const service = findService(await context.config(), options.services[0], 'function');
  const functions = await context.functions();
  const stepped = options.percents.length > 0;
  const plan = await planPromotion(functions, {
    functionName: service.function,
    alias: service.alias ?? DEFAULT_ALIAS,
    to: options.to,
    stepped,
    force: options.force,
  });
  const strategy = stepped ? 'canary' : 'all-at-once';
  if ('version' in plan) return nothingOutcome(service.name, plan, strategy);
  const events = await smoke(service.name, plan.alias);
  const signals = await releaseSignals(plan, stepped, context);
  const unsmoked = events.length > 0 || options.noSmoke ? [] : [NO_SMOKE_TEST];
  const promotion: Promotion = {
    service: service.name,
    hasDeadLetters: service.dlq !== undefined,
    plan,
    strategy,
    percents: options.percents,
    warnings: [...signals.warnings, ...unsmoked],
    releaseId: null,
    steps: null,
    rehearsal: null,
    settled: null,
    shown: false,
    durationMs: 0,
  };
  if (options.dryRun) return promotionOutcome(promotion);
  const warnings = [...warnFirst(signals.warnings, context), ...unsmoked];
  if (!context.settings.yes) {
    for (const check of plan.preflight) context.note(preflightText(check));
    await context.confirm(`Move ${question(service.name, plan, options)}?`);
  }
  const watched = { ...service, ...signals };
  return promotionOutcome(await runPromotion({ ...promotion, warnings }, { ...options, events }, watched, context));
}

function question(service: string, plan: PromotionPlan, options: PromoteOptions): string {
  const target = `${service} (${plan.alias.functionName}:${plan.alias.name}) from version ${plan.from.version} to version ${plan.to.version}`;
  if (options.percents.length === 0) return `${target}, all traffic at once`;
  return `${target} in steps of ${[...options.percents, 100].join(', ')} %, watching each for ${formatDuration(options.bakeMs / 1000)}`;
}
