import { evaluate, fill, holds, type Scope } from './expression.ts';
import { changedFilters } from './path-filter.ts';
import { type Job, needsOf, readProjectFile, readWorkflow, type Step, type Workflow } from './workflow.ts';

export type Result = 'success' | 'failure' | 'cancelled' | 'skipped';

/** What happens: an event, with what changed and what goes wrong. */
export interface Happening {
  readonly event: 'pull_request' | 'push' | 'schedule' | 'workflow_dispatch';
  readonly files?: readonly string[];
  readonly fork?: boolean;
  readonly author?: string;
  readonly privateRepository?: boolean;
  /** Jobs that end so when they run, by path: `check`, `apply-worker / plan`. A whole call by its own name. */
  readonly ends?: Readonly<Record<string, 'failure' | 'cancelled'>>;
  /** Default: every plan finds something to do. */
  readonly plansNothing?: boolean;
  /** Somebody cancels the run while these jobs are under way. */
  readonly runCancelledAt?: string;
}

/** One job that got a machine. */
export interface RanJob {
  /** `apply-worker / plan`, `anywhere (macos-15, 20)` */
  readonly path: string;
  readonly result: Result;
  readonly job: Job;
  readonly runsOn: string;
}

export interface Run {
  /** Whether the event starts the workflow at all. */
  readonly started: boolean;
  /** Result of each of the workflow's own jobs. */
  readonly results: Readonly<Record<string, Result>>;
  /** Those that ran on a machine, in order. */
  readonly ran: readonly RanJob[];
  /** The contexts that a job sees after all others. */
  readonly contexts: Readonly<Record<'github' | 'needs', Readonly<Record<string, unknown>>>>;
}

/**
 * Plays a workflow's job graph: who runs, and how each ends. As GitHub has it, `success()` is false as soon as any job
 * above was skipped or failed, however far above, and a skipped job inside a called workflow counts too; so where the
 * model errs, it errs towards jobs that do not run.
 * {@link https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idneeds}
 */
export function play(path: string, happening: Happening): Run {
  const workflow = readWorkflow(path);
  const github = githubContext(happening);
  if (!starts(workflow, happening)) return { started: false, results: {}, ran: [], contexts: { github, needs: {} } };
  const { results, ran, outputs } = playJobs(workflow, happening, {}, '');
  const needs = Object.fromEntries(
    Object.entries(results).map(([name, result]) => [name, { result, outputs: outputs[name] ?? {} }]),
  );
  return { started: true, results, ran, contexts: { github, needs } };
}

function starts({ on }: Workflow, { event, files = [] }: Happening): boolean {
  if (!(event in on)) return false;
  const paths = on[event]?.paths;
  return paths === undefined || files.some((file) => paths.some((pattern) => covers(pattern, file)));
}

/** Of GitHub's own patterns only a file's path and everything below a folder are used. */
function covers(pattern: string, file: string): boolean {
  if (/[*?![\]+]/.test(pattern.replace(/\/\*\*$/, ''))) throw new Error(`the path ${pattern} is more than a folder`);
  return pattern.endsWith('/**') ? file.startsWith(pattern.slice(0, -2)) : file === pattern;
}

function playJobs(workflow: Workflow, happening: Happening, inputs: Readonly<Record<string, unknown>>, prefix: string) {
  const results: Record<string, Result> = {};
  const outputs: Record<string, Record<string, unknown>> = {};
  /** Jobs that hold a skipped one inside. */
  const leaky = new Set<string>();
  const ran: RanJob[] = [];
  let runCancelled = false;
  for (const name of order(workflow)) {
    const job = workflow.jobs[name]!;
    const direct = needsOf(job);
    const above = ancestors(workflow, name);
    const contexts = {
      github: githubContext(happening),
      inputs,
      vars: {},
      needs: Object.fromEntries(direct.map((need) => [need, { result: results[need], outputs: outputs[need] ?? {} }])),
    };
    const scope: Scope = {
      contexts,
      status: {
        success: !runCancelled && above.every((need) => results[need] === 'success' && !leaky.has(need)),
        failure: above.some((need) => results[need] === 'failure'),
        cancelled: runCancelled,
      },
    };
    if (!holds(job.if, scope)) {
      results[name] = 'skipped';
      continue;
    }
    const path = prefix + name;
    const ends: Result[] = [];
    for (const matrix of combinations(job, scope)) {
      const inner: Scope = { contexts: { ...contexts, matrix } };
      const title = Object.keys(matrix).length === 0 ? path : `${path} (${Object.values(matrix).join(', ')})`;
      if (job.uses !== undefined) {
        const given = Object.fromEntries(
          Object.entries(job.with ?? {}).map(([key, value]) => [key, fill(value, inner)]),
        );
        const called = playJobs(readWorkflow(job.uses.split('/').at(-1)!), happening, given, `${title} / `);
        ran.push(...called.ran);
        const all = Object.values(called.results);
        if (all.includes('skipped')) leaky.add(name);
        ends.push(happening.ends?.[title] ?? worst(all));
      } else {
        const result = happening.ends?.[title] ?? happening.ends?.[path] ?? 'success';
        ends.push(result);
        ran.push({ path: title, result, job, runsOn: String(fill(job['runs-on'], inner)) });
        outputs[name] = result === 'success' ? jobOutputs(job, happening, inner) : {};
      }
    }
    results[name] = worst(ends);
    if (happening.runCancelledAt === path) {
      runCancelled = true;
      results[name] = 'cancelled';
    }
  }
  return { results, ran, outputs };
}

function worst(results: readonly Result[]): Result {
  for (const result of ['failure', 'cancelled', 'success'] as const) if (results.includes(result)) return result;
  return 'skipped';
}

function jobOutputs(job: Job, happening: Happening, scope: Scope): Record<string, unknown> {
  const steps = Object.fromEntries(
    (job.steps ?? [])
      .filter(({ id }) => id !== undefined)
      .map((step) => [step.id!, { outputs: stepOutputs(step, happening, scope) }]),
  );
  const inner = { contexts: { ...scope.contexts, steps } };
  return Object.fromEntries(Object.entries(job.outputs ?? {}).map(([key, value]) => [key, fill(value, inner) ?? '']));
}

function stepOutputs(
  step: Step,
  { files = [], plansNothing = false }: Happening,
  scope: Scope,
): Record<string, unknown> {
  if (step.uses?.startsWith('dorny/paths-filter@')) {
    const filters = String(step.with!['filters']);
    const changed = changedFilters(filters.includes('\n') ? filters : readProjectFile(filters), files);
    return { changes: JSON.stringify(changed), ...Object.fromEntries(changed.map((name) => [name, 'true'])) };
  }
  const saves = step.id === 'plan' && evaluate("inputs.mode == 'apply'", scope) === true;
  return { saved: saves && !plansNothing ? '{"run_id":"run-1"}' : '' };
}

function combinations(job: Job, scope: Scope): Record<string, unknown>[] {
  let all: Record<string, unknown>[] = [{}];
  for (const [key, given] of Object.entries(job.strategy?.matrix ?? {})) {
    const values = fill(given, scope);
    if (!Array.isArray(values)) throw new Error(`the matrix' ${key} is no list: ${JSON.stringify(values)}`);
    // GitHub: "Matrix vector does not contain any values".
    if (values.length === 0) throw new Error(`the matrix' ${key} is empty`);
    all = all.flatMap((one) => values.map((value) => ({ ...one, [key]: value })));
  }
  return all;
}

function githubContext({ event, fork = false, author = 'somebody', privateRepository = false }: Happening) {
  const repository = { private: privateRepository };
  return {
    event_name: event,
    run_id: '1',
    ref: 'refs/heads/main',
    event:
      event === 'pull_request'
        ? { repository, pull_request: { number: 7, head: { repo: { fork } }, user: { login: author } } }
        : { repository },
  };
}

function ancestors({ jobs }: Workflow, name: string): string[] {
  const found = new Set<string>();
  const visit = (job: string) => {
    for (const need of needsOf(jobs[job]!)) {
      if (found.has(need)) continue;
      found.add(need);
      visit(need);
    }
  };
  visit(name);
  return [...found];
}

function order(workflow: Workflow): string[] {
  const depth = (name: string): number => 1 + Math.max(0, ...needsOf(workflow.jobs[name]!).map((need) => depth(need)));
  return Object.keys(workflow.jobs).sort((a, b) => depth(a) - depth(b));
}
