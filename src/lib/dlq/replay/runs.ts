import { CvopsError } from '../../errors/cvops-error.ts';
import type { LedgerRecord, RunCounts } from '../ledger/ledger-record.ts';
import type { Ledgers } from '../ledger/ledgers.ts';
import { openMessages } from '../ledger/open-messages.ts';
import { readNativeRun } from '../native/native-run.ts';

/** A past run, as `dlq runs` lists it. */
export interface RunSummary {
  readonly runId: string;
  /** ISO 8601; null where the ledger cannot be read. */
  readonly startedAt: string | null;
  readonly service: string | null;
  readonly dlq: string | null;
  readonly target: string | null;
  readonly engine: 'client' | 'native';
  /**
   * `done`: everything settled. `open`: ended with messages whose sending or deleting is not settled.
   * `interrupted`: never ended; it may still be running, and AWS's move task of a native run goes on without it.
   * `damaged`: its ledger cannot be read.
   */
  readonly status: 'done' | 'open' | 'interrupted' | 'damaged';
  readonly replayed: number;
  readonly failed: number;
  readonly remaining: number | null;
  readonly verified: Extract<LedgerRecord, { type: 'end' }>['verified'];
}

/** All runs of this machine, newest first. */
export async function listRuns(ledgers: Ledgers): Promise<readonly RunSummary[]> {
  const runs: RunSummary[] = [];
  for (const runId of await ledgers.list()) runs.push(await summary(ledgers, runId));
  return runs;
}

async function summary(ledgers: Ledgers, runId: string): Promise<RunSummary> {
  try {
    const { header, last } = await ledgers.ends(runId);
    const common = {
      runId,
      startedAt: new Date(header.at).toISOString(),
      service: header.service,
      dlq: header.dlq.name,
      target: header.target.name,
      engine: header.native === undefined ? ('client' as const) : ('native' as const),
    };
    if (last.type === 'end') {
      const { replayed, failed, remaining }: RunCounts = last.counts;
      const status = last.open === 0 ? 'done' : 'open';
      return { ...common, status, replayed, failed, remaining, verified: last.verified };
    }
    const replayed =
      header.native === undefined
        ? (await openMessages(ledgers.read(runId))).replayed
        : ((await readNativeRun(ledgers.read(runId))).task?.moved ?? 0);
    return { ...common, status: 'interrupted', replayed, failed: 0, remaining: null, verified: null };
  } catch (cause) {
    if (!(cause instanceof CvopsError)) throw cause;
    return {
      runId,
      startedAt: null,
      service: null,
      dlq: null,
      target: null,
      engine: 'client',
      status: 'damaged',
      replayed: 0,
      failed: 0,
      remaining: null,
      verified: null,
    };
  }
}
