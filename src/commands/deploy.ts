import { resolve } from 'node:path';
import type { Alias } from '../lib/aws/ports/functions.ts';
import { DEFAULT_ALIAS } from '../lib/config/config.ts';
import { type FoundService, findService } from '../lib/config/find-service.ts';
import type { Context } from '../lib/context.ts';
import { readArchive } from '../lib/deploy/archive.ts';
import { type CodePlan, type Published, planCode, publishCode, rehearseUpload } from '../lib/deploy/publish-code.ts';
import { readCommit } from '../lib/deploy/read-commit.ts';
import type { CodePorts } from '../lib/deploy/settled-code.ts';
import { formatDuration } from '../lib/io/format.ts';
import type { Block, Outcome } from '../lib/io/outcome.ts';
import { planPromotion } from '../lib/release/plan-promotion.ts';
import { releaseId } from '../lib/release/release-id.ts';
import type { GitCommit } from '../lib/release-ledger/release-entry.ts';
import type { ReleaseLedger } from '../lib/release-ledger/release-ledger.ts';
import { author } from './alias/author.ts';
import { aliasPromote } from './alias/promote.ts';
import { rememberFailure } from './alias/remember-release.ts';
import { openSmoke } from './alias/smoke-events.ts';
import { NOT_WATCHED, watchedSignals } from './alias/watched-signals.ts';
import { defineCommand, dryRunFlag } from './command.ts';
import { serviceLogs } from './service-logs.ts';

type Flags = Readonly<Record<string, unknown>>;

interface DeployOptions {
  readonly service: string | undefined;
  readonly zip: string | undefined;
  readonly dryRun: boolean;
  readonly smoke: string | undefined;
  readonly reason: string | undefined;
  readonly force: boolean;
  readonly stepped: boolean;
  /** What `alias promote` is given. */
  readonly promote: Flags;
}

/** Those of `alias promote`, but for the version, which the deployment makes. */
const promoteFlags = aliasPromote.flags.filter(({ flags }) => !/^--(to|dry-run)\b/.test(flags));

export const deploy = defineCommand<DeployOptions>({
  arguments: [{ name: '[service]', description: 'service name; may be left out when only one has a function' }],
  flags: [
    { flags: '--zip <file>', description: 'the package; without it the code that $LATEST holds is released' },
    ...promoteFlags,
    dryRunFlag,
  ],
  examples: [
    'cvops deploy processor --zip dist/processor.zip --smoke events.json',
    'cvops deploy processor --zip dist/processor.zip --steps 10,50,100 --bake 10m --yes',
    'cvops deploy processor --dry-run',
  ],
  parse: ([service], flags) => {
    const { zip, dryRun, ...promote } = flags;
    // What it does not take is refused before anything is published.
    aliasPromote.prepare([service], promote);
    return {
      service,
      zip: zip as string | undefined,
      dryRun: dryRun === true,
      smoke: typeof flags['smoke'] === 'string' ? flags['smoke'] : undefined,
      reason: flags['reason'] as string | undefined,
      force: flags['force'] === true,
      stepped: flags['canary'] !== undefined || flags['steps'] !== undefined,
      promote,
    };
  },
  run,
});

async function run(options: DeployOptions, context: Context): Promise<Outcome> {
  const { clock, signal } = context;
  const archive = options.zip === undefined ? null : readArchive(resolve(context.cwd, options.zip), options.zip);
  const smoke = await openSmoke(options.smoke, { ...context, note: () => {} });
  const service = findService(await context.config(), options.service, 'function');
  const [functions, code] = await Promise.all([context.functions(), context.functionCode()]);
  const aliasName = service.alias ?? DEFAULT_ALIAS;
  const alias = await functions.getAlias(service.function, aliasName);
  await smoke(service.name, alias);
  // A release that is under way refuses this one: better before anything is uploaded than after.
  await planPromotion(functions, {
    functionName: service.function,
    alias: aliasName,
    to: alias.version,
    stepped: false,
    force: options.force,
  });
  const ports: CodePorts = { code, clock };
  const progress = await context.progress();
  const tell = (line: string) => progress.milestone(line);
  try {
    const [plan, git] = await Promise.all([
      planCode(ports, service.function, archive, signal, tell),
      readCommit(context.cwd, context.env),
    ]);
    if (options.dryRun) return await dryRun(options, service, alias, plan, git, ports, context);
    const promote = (to: string) => aliasPromote.prepare([service.name], { ...options.promote, to });
    if (!plan.publishes) {
      // What is left to do, if anything, is a promotion, which asks for itself.
      const same = { ...plan.newest!, isNew: false };
      const promoted = await promote(same.version)(asDeployment(context, clock.now(), same, git));
      return outcome(promoted, service.name, same, git, 0);
    }
    if (!context.settings.yes) {
      progress.stop();
      await context.confirm(question(service.name, aliasName, plan));
    }
    const started = clock.now();
    let published: Published;
    try {
      const id = releaseId(started).replace(/^r/, 'd');
      published = await publishCode(ports, plan, { id, git }, signal, tell);
    } catch (cause) {
      const draft = {
        id: releaseId(started),
        at: started,
        kind: 'deploy',
        service: service.name,
        function: service.function,
        alias: aliasName,
        aliasArn: alias.arn,
        from: alias.version,
        to: '$LATEST',
        ...author(options.reason),
        strategy: options.stepped ? 'steps' : 'all-at-once',
        codeSha256: archive?.sha256 ?? plan.latest.codeSha256,
        git,
        revisionBefore: alias.revisionId,
        revisionAfter: null,
      } as const;
      await rememberFailure(context, draft, cause);
      throw cause;
    }
    const publishedMs = clock.now() - started;
    if (published.isNew) tell(`published version ${published.version}`);
    const agreed = { ...context, settings: { ...context.settings, yes: true } };
    const promoted = await promote(published.version)(asDeployment(agreed, started, published, git));
    return outcome(promoted, service.name, published, git, publishedMs);
  } finally {
    progress.stop();
  }
}

/** The context for the promotion, in which the ledger is told of one release, a deploy, with its commit. */
function asDeployment(context: Context, started: number, { codeSha256 }: Published, git: GitCommit | null): Context {
  return {
    ...context,
    releaseLedger: async (): Promise<ReleaseLedger> => {
      const ledger = await context.releaseLedger();
      return {
        history: (...query) => ledger.history(...query),
        tryTable: () => ledger.tryTable(),
        waiting: (home) => ledger.waiting(home),
        append: (draft) =>
          ledger.append({
            ...draft,
            kind: 'deploy',
            at: started,
            durationMs: draft.at + draft.durationMs - started,
            codeSha256,
            git,
          }),
      };
    },
  };
}

function question(service: string, alias: string, plan: CodePlan): string {
  const what = plan.uploads
    ? `Upload ${plan.archive!.path}, publish it`
    : `Publish the code that ${plan.functionName} holds`;
  return `${what} and release it as ${service} (${plan.functionName}:${alias})?`;
}

async function dryRun(
  options: DeployOptions,
  { name: service, ...found }: FoundService<'function'>,
  alias: Alias,
  plan: CodePlan,
  git: GitCommit | null,
  ports: CodePorts,
  context: Context,
): Promise<Outcome> {
  if (plan.uploads) await rehearseUpload(ports, plan);
  if (!plan.publishes) {
    const same = { ...plan.newest!, isNew: false };
    const promote = aliasPromote.prepare([service], { ...options.promote, to: same.version, dryRun: true });
    return outcome(await promote(context), service, same, git, 0);
  }
  const logs = async () => (await serviceLogs(context, found)).reader;
  const { warnings } = options.stepped ? await watchedSignals(alias, logs, context) : NOT_WATCHED;
  const upload = plan.uploads ? `upload ${plan.archive!.path}, which Lambda would take, ` : '';
  return {
    kind: 'deploy',
    data: {
      releaseId: null,
      service,
      function: plan.functionName,
      alias: alias.name,
      from: alias.version,
      to: null,
      strategy: options.stepped ? 'canary' : 'all-at-once',
      outcome: 'planned',
      steps: [],
      verdict: null,
      durationMs: 0,
      codeSha256: plan.archive?.sha256 ?? plan.latest.codeSha256,
      published: false,
      uploads: plan.uploads,
      git: gitData(git),
    },
    warnings,
    view: () => [
      {
        kind: 'line',
        text: `Would ${upload}publish a new version of ${plan.functionName} and release it instead of version ${alias.version}. Nothing was done.`,
      },
    ],
  };
}

/** The promotion's outcome as that of the whole deployment. @param publishedMs what upload and publishing took. */
function outcome(
  promoted: Outcome,
  service: string,
  { version, codeSha256, isNew }: Published,
  git: GitCommit | null,
  publishedMs: number,
): Outcome {
  const { outcome, releaseId, ...told } = promoted.data as {
    readonly outcome: string;
    readonly releaseId: string | null;
    readonly durationMs: number;
  };
  const durationMs = publishedMs + told.durationMs;
  const data = { ...promoted.data, durationMs, codeSha256, published: isNew, git: gitData(git) };
  const same = `The code and settings are those of version ${version}: nothing was published.`;
  if (outcome === 'nothing') {
    const text = `${same} ${service} serves it already; there is nothing to release.`;
    return { ...promoted, kind: 'deploy', data, view: () => [{ kind: 'line', text }] };
  }
  const fields: Readonly<Record<string, string>> = {
    to: `${version} (published ${isNew ? 'with this release' : 'before'})`,
    release: `${releaseId}, ${formatDuration(durationMs / 1000)} with upload and publishing`,
  };
  const retold = (block: Block): Block =>
    block.kind === 'fields'
      ? { ...block, fields: block.fields.map(([label, cell]) => [label, { ...cell, raw: fields[label] ?? cell.raw }]) }
      : block;
  return {
    ...promoted,
    kind: 'deploy',
    data,
    view: () => [
      ...(isNew ? [] : [{ kind: 'line', text: same, tone: 'dim' } as const]),
      ...promoted.view().map(retold),
    ],
  };
}

function gitData(git: GitCommit | null) {
  return git === null ? null : { sha: git.sha, committedAt: new Date(git.committedAt).toISOString() };
}
