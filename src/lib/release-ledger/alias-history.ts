import type { Alias } from '../aws/ports/functions.ts';
import { type FunctionChange, RELEASE_EVENTS, type ReleaseTrail } from '../aws/ports/release-trail.ts';
import type { Clock } from '../clock.ts';
import { DAY_MS } from '../durations.ts';
import { CvopsError } from '../errors/cvops-error.ts';
import { isInterruption } from '../errors/is-interruption.ts';
import type { Warning } from '../io/outcome.ts';
import { type AliasRecord, parseAliasRecord } from '../release/alias-record.ts';
import { knownTool } from '../release/known-tool.ts';
import type { HistoryEntry } from './history-entry.ts';
import type { FoundEntry, ReleaseLedger } from './release-ledger.ts';

export interface HistoryPorts {
  readonly ledger: ReleaseLedger;
  readonly clock: Clock;
  /** Undefined to leave CloudTrail out. */
  readonly trail: ReleaseTrail | undefined;
}

export interface AliasHistory {
  /** Newest first. */
  readonly entries: readonly HistoryEntry[];
  readonly warnings: readonly Warning[];
}

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html */
const TRAIL_MS = 90 * DAY_MS;
/** CloudTrail allows two lookups a second in an account and region. */
const LOOKUP_PAUSE_MS = 500;
/** How long before and after a release of our own its calls may be stamped: clocks differ, and CloudTrail cuts to seconds. */
const SLACK_MS = 5_000;

/**
 * What became of an alias: the ledger, what waits for it on this machine, what the alias itself remembers (a release that
 * died before it told the ledger), and, when asked, what others did, from CloudTrail.
 * @param sinceMs entries that began before are left out.
 */
export async function aliasHistory(ports: HistoryPorts, alias: Alias, sinceMs: number): Promise<AliasHistory> {
  const [history, trail] = await Promise.all([
    ports.ledger.history(alias.functionName, alias.name, sinceMs),
    readTrail(ports, alias, sinceMs),
  ]);
  const own = history.entries;
  const record = parseAliasRecord(alias.description);
  const isTold = record === undefined || record.at < sinceMs || own.some(({ entry }) => entry.id === record.releaseId);
  const entries = [
    ...own.map(fromLedger),
    ...(isTold ? [] : [fromRecord(record)]),
    ...trail.changes.filter((change) => !isOwn(change, own, record)).map(fromTrail),
  ];
  return {
    entries: entries.sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0)),
    warnings: [...history.warnings, ...trail.warnings],
  };
}

async function readTrail(
  { trail, clock }: HistoryPorts,
  alias: Alias,
  sinceMs: number,
): Promise<{ changes: readonly FunctionChange[]; warnings: readonly Warning[] }> {
  if (trail === undefined) return { changes: [], warnings: [] };
  const from = Math.max(sinceMs, clock.now() - TRAIL_MS);
  const changes: FunctionChange[] = [];
  let isFirst = true;
  try {
    for (const eventName of RELEASE_EVENTS) {
      let next: string | undefined;
      do {
        if (!isFirst) await clock.sleep(LOOKUP_PAUSE_MS);
        isFirst = false;
        const page = await trail.page({ eventName, functionName: alias.functionName, sinceMs: from, next });
        changes.push(...page.changes);
        next = page.next;
      } while (next !== undefined);
    }
  } catch (cause) {
    if (!(cause instanceof CvopsError) || isInterruption(cause)) throw cause;
    const message = `CloudTrail cannot be read: ${cause.message} Changes by others are missing.`;
    return { changes, warnings: [{ code: 'TrailUnreadable', message }] };
  }
  return {
    changes: changes.filter((change) => change.alias === null || change.alias === alias.name),
    warnings:
      from > sinceMs + DAY_MS
        ? [{ code: 'TrailShort', message: 'CloudTrail goes back 90 days; older foreign changes are missing.' }]
        : [],
  };
}

/** Calls of cvops' own are one release, told once: known by the record that they wrote, or by their time. */
function isOwn(change: FunctionChange, own: readonly FoundEntry[], record: AliasRecord | undefined): boolean {
  const written = parseAliasRecord(change.description ?? '');
  if (written !== undefined && change.error === null) {
    return written.releaseId === record?.releaseId || own.some(({ entry }) => entry.id === written.releaseId);
  }
  if (knownTool(change.userAgent) !== 'cvops') return false;
  return own.some(
    ({ entry }) => change.at >= entry.at - SLACK_MS && change.at <= entry.at + entry.durationMs + SLACK_MS,
  );
}

const NOTHING = {
  weights: {},
  reason: null,
  strategy: null,
  steps: [],
  durationMs: null,
  codeSha256: null,
  git: null,
  probe: null,
  undoes: null,
  restores: null,
  error: null,
} as const;

const iso = (ms: number) => new Date(ms).toISOString();

function fromLedger({ entry, source }: FoundEntry): HistoryEntry {
  return {
    at: iso(entry.at),
    id: entry.id,
    source: source === 'table' ? 'ledger' : 'queue',
    kind: entry.kind,
    outcome: entry.outcome,
    from: entry.from,
    to: entry.to,
    weights: {},
    actor: entry.actor,
    by: entry.by,
    tool: 'cvops',
    reason: entry.reason,
    strategy: entry.strategy,
    steps: entry.steps.map((step) => ({ ...step, startedAt: iso(step.startedAt), endedAt: iso(step.endedAt) })),
    durationMs: entry.durationMs,
    codeSha256: entry.codeSha256,
    git: entry.git === null ? null : { ...entry.git, committedAt: iso(entry.git.committedAt) },
    probe: entry.probe,
    undoes: entry.undoes,
    restores: entry.restores,
    error: entry.error,
  };
}

function fromRecord(record: AliasRecord): HistoryEntry {
  return {
    ...NOTHING,
    at: iso(record.at),
    id: record.releaseId,
    source: 'alias',
    kind: record.kind,
    outcome: 'succeeded',
    from: record.previous,
    to: record.version,
    weights: record.canary === undefined ? {} : { [record.canary]: record.step / 100 },
    actor: null,
    by: record.by,
    tool: 'cvops',
    reason: record.reason,
  };
}

const KINDS: Readonly<Record<string, string>> = {
  UpdateAlias20150331: 'update-alias',
  PublishVersion20150331: 'publish-version',
  UpdateFunctionCode20150331v2: 'update-code',
  UpdateFunctionConfiguration20150331v2: 'update-configuration',
};

function fromTrail(change: FunctionChange): HistoryEntry {
  return {
    ...NOTHING,
    at: iso(change.at),
    id: change.id,
    source: 'cloudtrail',
    kind: KINDS[change.eventName] ?? change.eventName,
    outcome: change.error === null ? 'succeeded' : /Precondition/.test(change.error) ? 'conflict' : 'failed',
    from: null,
    // What became of a call that failed is not known; what it wanted is.
    to: change.eventName.startsWith('UpdateFunction') ? null : change.version,
    weights: change.weights,
    actor: change.by === '' ? null : change.by,
    by: null,
    tool: knownTool(change.userAgent),
    error: change.error,
  };
}
