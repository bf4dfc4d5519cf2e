import { DAY_MS } from '../durations.ts';
import type { ReportedMetric } from '../reported-metric.ts';
import type { GitCommit, ReleaseCounts, ReleaseEntry } from './release-entry.ts';

/**
 * How releases went, from the ledger and what CloudWatch counted; the four delivery figures after https://dora.dev/guides/dora-metrics/ .
 * A deployment is a `deploy` or `promote` that was begun; no-ops have no entry, and what a caught conflict kept from
 * happening is no deployment.
 * @param entries of the window, in any order, of any number of aliases.
 * @param moves what CloudWatch counted while the aliases moved, for those of the entries that it knows.
 */
export function deliveryMetrics(
  entries: readonly ReleaseEntry[],
  windowMs: number,
  moves: ReadonlyMap<ReleaseEntry, ReleaseCounts> = new Map(),
): readonly ReportedMetric[] {
  const deployments = entries.filter(isDeployment);
  const done = entries.filter(isDone);
  const conflicts = entries.filter(({ outcome }) => outcome === 'conflict');
  const traffic = new Set(done.filter((entry) => (moves.get(entry)?.invocations ?? 0) > 0));
  const probed = done.filter(({ probe }) => probe !== null && probe.invocations > 0 && probe.settled);
  const known = [...new Set([...traffic, ...probed])];
  const unbroken = known.filter((entry) => {
    const failed = (traffic.has(entry) ? moves.get(entry)!.failures : 0) + (entry.probe?.failures ?? 0);
    return failed === 0;
  });
  const served = deployments.filter(({ outcome }) => outcome !== 'failed');
  const failures = served.flatMap((deployment) => {
    const recovery = recoveryOf(deployment, entries);
    return recovery === undefined ? [] : [recovery];
  });
  const leads = leadTimes(done, entries);
  const days = windowMs / DAY_MS;
  const over = (part: number, whole: number) => (whole === 0 ? null : part / whole);
  return [
    {
      id: 'deployments',
      label: 'deployments',
      value: deployments.length,
      unit: 'count',
      sample: deployments.length,
      basis: 'deploy and promote that were begun; an unchanged publish is none, a caught conflict neither',
      article: 36,
    },
    {
      id: 'succeeded',
      label: 'succeeded',
      value: done.length,
      unit: 'count',
      sample: deployments.length,
      basis: 'all traffic reached the new version',
      article: 36,
    },
    {
      id: 'failed',
      label: 'failed',
      value: deployments.length - done.length,
      unit: 'count',
      sample: deployments.length,
      basis: 'ended by the smoke test, the canary’s judge, an error or a lack of evidence',
      article: 0,
    },
    {
      id: 'success-rate',
      label: 'success rate',
      value: over(done.length, deployments.length),
      unit: 'ratio',
      sample: deployments.length,
      basis: 'succeeded ÷ deployments',
      article: 1,
    },
    {
      id: 'average-time',
      label: 'average time',
      value: mean(done.map(({ durationMs }) => durationMs)),
      unit: 'ms',
      sample: done.length,
      basis:
        'mean of the succeeded, from the start to the last move and its proof; the article’s 3.2 minutes hold a pipeline',
      article: 192_000,
    },
    {
      id: 'zero-downtime',
      label: 'zero downtime',
      value: over(unbroken.length, known.length),
      unit: 'ratio',
      sample: known.length,
      basis: `nothing failed or throttled in the minutes of the move; of ${done.length} succeeded, ${traffic.size} had traffic that CloudWatch counted, ${known.length - traffic.size} only cvops’ own probes, the others are unknown`,
      article: 1,
    },
    {
      id: 'conflicts-prevented',
      label: 'conflicts prevented',
      value: conflicts.length,
      unit: 'count',
      sample: conflicts.length,
      basis:
        'writes refused because somebody else was faster (412), of releases and rollbacks; the article counts locks of the Terraform state',
      article: 2,
    },
    {
      id: 'frequency',
      label: 'frequency',
      value: over(done.length, days),
      unit: 'per day',
      sample: done.length,
      basis: 'succeeded ÷ days of the window',
      article: 1.2,
    },
    {
      id: 'lead-time',
      label: 'lead time',
      value: median(leads),
      unit: 'ms',
      sample: leads.length,
      basis: `median from commit to 100 %; known for ${leads.length} of ${done.length} succeeded`,
      article: null,
    },
    {
      id: 'change-fail-rate',
      label: 'change fail rate',
      value: over(failures.length, served.length),
      unit: 'ratio',
      sample: served.length,
      basis: 'those rolled back, by the judge or by hand ÷ those that got traffic',
      article: null,
    },
    {
      id: 'recovery-time',
      label: 'recovery time',
      value: median(failures),
      unit: 'ms',
      sample: failures.length,
      basis: 'median from the first traffic on a version that was rolled back until the one before served alone again',
      article: null,
    },
  ];
}

function isDeployment({ kind, outcome }: ReleaseEntry): boolean {
  return (kind === 'deploy' || kind === 'promote') && outcome !== 'conflict';
}

/** A deployment that brought all traffic to its version. */
export function isDone(entry: ReleaseEntry): boolean {
  return isDeployment(entry) && entry.outcome === 'succeeded';
}

const endOf = ({ at, durationMs }: ReleaseEntry) => at + durationMs;

/** ms from a bad version's first traffic until it was taken back; undefined for a deployment that stands. */
function recoveryOf(deployment: ReleaseEntry, entries: readonly ReleaseEntry[]): number | undefined {
  const [first] = deployment.steps;
  if (deployment.outcome === 'rolled-back') return endOf(deployment) - (first?.startedAt ?? deployment.at);
  if (deployment.outcome !== 'succeeded') return undefined;
  const back = entries
    .filter((entry) => takesBack(entry, deployment, entries))
    .map(endOf)
    .sort((a, b) => a - b)[0];
  return back === undefined ? undefined : Math.max(0, back - (first?.startedAt ?? endOf(deployment)));
}

/** By what it says it undoes; else a rollback from that version, when no later deployment had brought the version again. */
function takesBack(entry: ReleaseEntry, deployment: ReleaseEntry, entries: readonly ReleaseEntry[]): boolean {
  const isBack = (entry.kind === 'rollback' || entry.kind === 'abort') && entry.outcome === 'succeeded';
  if (!isBack || !sameAlias(entry, deployment)) return false;
  if (entry.undoes !== null) return entry.undoes === deployment.id;
  const isOf = (other: ReleaseEntry) =>
    isDeployment(other) &&
    other.outcome === 'succeeded' &&
    sameAlias(other, entry) &&
    other.to === entry.from &&
    other.at < entry.at;
  const latest = entries.filter(isOf).sort((a, b) => b.at - a.at)[0];
  return latest?.id === deployment.id;
}

function sameAlias(a: ReleaseEntry, b: ReleaseEntry): boolean {
  return a.aliasArn === b.aliasArn && a.function === b.function && a.alias === b.alias;
}

/** A promote knows its commit through the deploy that published the same code. */
function leadTimes(done: readonly ReleaseEntry[], entries: readonly ReleaseEntry[]): readonly number[] {
  const commits = new Map<string, GitCommit>();
  for (const { codeSha256, git } of entries) {
    if (codeSha256 !== null && git !== null) commits.set(codeSha256, git);
  }
  return done.flatMap((entry) => {
    const git = entry.git ?? (entry.codeSha256 === null ? undefined : commits.get(entry.codeSha256));
    // A commit from the future is a clock that is wrong.
    return git == null || git.committedAt > endOf(entry) ? [] : [endOf(entry) - git.committedAt];
  });
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
