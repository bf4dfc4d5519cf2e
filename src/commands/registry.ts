import type { Command } from './command.ts';

/** A command's place and one-line summary; its code loads when it is called. */
export interface RegistryEntry {
  readonly path: readonly string[];
  readonly summary: string;
  load(): Promise<Command>;
}

/** The nouns, in the order of the help. */
export const nouns: Readonly<Record<string, string>> = {
  dlq: 'dead letters: list, inspect, replay, verify',
  alias: 'releases: promote, roll back, recover, list, show, history, prune',
  usage: 'the free tier: report, forecast, headroom, prices',
  report: 'what was measured: deployments',
  state: 'HCP Terraform: who holds the lock, runs, states; lock and unlock',
  alarms: 'alarms: states, whom they tell, a test of one',
  credentials: 'AWS keys: of HCP Terraform workspaces, and the Worker’s',
  sandbox: 'the whole system on this machine, no AWS account',
};

/** All commands, in the order of the help. */
export const registry: readonly RegistryEntry[] = [
  {
    path: ['init'],
    summary: 'find functions, queues, tables and topics, and write cvops.config.json',
    load: async () => (await import('./init.ts')).init,
  },
  {
    path: ['doctor'],
    summary: 'check credentials, region, permissions and every configured resource',
    load: async () => (await import('./doctor.ts')).doctor,
  },
  {
    path: ['audit'],
    summary: 'Well-Architected checks of the running system, each with evidence and what mends it',
    load: async () => (await import('./audit.ts')).audit,
  },
  {
    path: ['status'],
    summary: 'one screen: versions and splits, queues and dead letters, alarms, the last release',
    load: async () => (await import('./status.ts')).status,
  },
  {
    path: ['dlq', 'list'],
    summary: 'every dead-letter queue with its depth and age',
    load: async () => (await import('./dlq/list.ts')).dlqList,
  },
  {
    path: ['dlq', 'inspect'],
    summary: 'look at dead letters, grouped by cause, and leave no trace',
    load: async () => (await import('./dlq/inspect.ts')).dlqInspect,
  },
  {
    path: ['dlq', 'explain'],
    summary: 'why one message died: error, stack, version, attempts, log lines',
    load: async () => (await import('./dlq/explain.ts')).dlqExplain,
  },
  {
    path: ['dlq', 'replay'],
    summary: 'send dead letters back, prove it, and wait for their verdict',
    load: async () => (await import('./dlq/replay.ts')).dlqReplay,
  },
  {
    path: ['dlq', 'cancel'],
    summary: 'cancel the move task that AWS runs on a dead-letter queue',
    load: async () => (await import('./dlq/cancel.ts')).dlqCancel,
  },
  {
    path: ['dlq', 'verify'],
    summary: 'the verdict of an earlier replay',
    load: async () => (await import('./dlq/verify.ts')).dlqVerify,
  },
  {
    path: ['dlq', 'runs'],
    summary: 'past replays',
    load: async () => (await import('./dlq/runs.ts')).dlqRuns,
  },
  {
    path: ['dlq', 'export'],
    summary: 'write dead letters to a file, with all that is needed to send them again',
    load: async () => (await import('./dlq/export.ts')).dlqExport,
  },
  {
    path: ['dlq', 'import'],
    summary: 'send the messages of such a file',
    load: async () => (await import('./dlq/import.ts')).dlqImport,
  },
  {
    path: ['dlq', 'purge'],
    summary: 'delete dead letters, each one after its export',
    load: async () => (await import('./dlq/purge.ts')).dlqPurge,
  },
  {
    path: ['deploy'],
    summary: 'release code: upload, publish, smoke test, move the alias at once or in judged steps',
    load: async () => (await import('./deploy.ts')).deploy,
  },
  {
    path: ['alias', 'list'],
    summary: 'every alias with its version and split',
    load: async () => (await import('./alias/list.ts')).aliasList,
  },
  {
    path: ['alias', 'show'],
    summary: 'one alias: version, split, previous version, last change',
    load: async () => (await import('./alias/show.ts')).aliasShow,
  },
  {
    path: ['alias', 'promote'],
    summary: 'release a version: smoke test, then one atomic move or a judged canary',
    load: async () => (await import('./alias/promote.ts')).aliasPromote,
  },
  {
    path: ['alias', 'rollback'],
    summary: 'back to the version served before, in one atomic call',
    load: async () => (await import('./alias/rollback.ts')).aliasRollback,
  },
  {
    path: ['alias', 'recover'],
    summary: 'end a split that was left behind, or finish it',
    load: async () => (await import('./alias/recover.ts')).aliasRecover,
  },
  {
    path: ['alias', 'history'],
    summary: 'every release of an alias, and what others did to it',
    load: async () => (await import('./alias/history.ts')).aliasHistoryCommand,
  },
  {
    path: ['alias', 'prune'],
    summary: 'delete old versions; what serves, what served before and what is evidence stays',
    load: async () => (await import('./alias/prune.ts')).aliasPrune,
  },
  {
    path: ['usage', 'report'],
    summary: 'how much of each free allowance this month uses, where it ends, and what it costs',
    load: async () => (await import('./usage/report.ts')).usageReportCommand,
  },
  {
    path: ['usage', 'forecast'],
    summary: 'what a month costs at other traffic, row by row',
    load: async () => (await import('./usage/forecast.ts')).usageForecast,
  },
  {
    path: ['usage', 'headroom'],
    summary: 'the traffic at which the first penny falls, and the row that binds',
    load: async () => (await import('./usage/headroom.ts')).usageHeadroom,
  },
  {
    path: ['usage', 'prices'],
    summary: 'the free limits and the prices beyond them, with date and source',
    load: async () => (await import('./usage/prices.ts')).usagePrices,
  },
  {
    path: ['report', 'deployments'],
    summary: 'how releases went: number, success, time, zero downtime, conflicts, delivery figures',
    load: async () => (await import('./report/deployments.ts')).reportDeployments,
  },
  {
    path: ['report', 'reliability'],
    summary: 'how reliable it was: success rate, DLQ rate, cold starts, durations, downtime',
    load: async () => (await import('./report/reliability.ts')).reportReliability,
  },
  {
    path: ['alarms', 'list'],
    summary: 'every alarm of the system: state, since when, why, and whether anybody hears of it',
    load: async () => (await import('./alarms/list.ts')).alarmsList,
  },
  {
    path: ['alarms', 'test'],
    summary: 'put one alarm off for real, see whom it tells, and set it back',
    load: async () => (await import('./alarms/test.ts')).alarmsTest,
  },
  {
    path: ['logs'],
    summary: "a function's log, one line an event; --follow",
    load: async () => (await import('./logs.ts')).logs,
  },
  {
    path: ['state', 'list'],
    summary: 'every workspace: lock, run, resources, last state',
    load: async () => (await import('./state/list.ts')).stateList,
  },
  {
    path: ['state', 'show'],
    summary: 'one workspace: who holds the lock and since when, run, settings, last states',
    load: async () => (await import('./state/show.ts')).stateShow,
  },
  {
    path: ['state', 'history'],
    summary: 'the last states: serial, when, by whom, run, size',
    load: async () => (await import('./state/history.ts')).stateHistory,
  },
  {
    path: ['state', 'lock'],
    summary: 'lock a workspace, with a reason',
    load: async () => (await import('./state/lock.ts')).stateLock,
  },
  {
    path: ['state', 'unlock'],
    summary: 'give a lock back, or take it away',
    load: async () => (await import('./state/unlock.ts')).stateUnlock,
  },
  {
    path: ['credentials', 'push'],
    summary: 'write AWS credentials to HCP Terraform workspaces, as sensitive variables',
    load: async () => (await import('./credentials/push.ts')).credentialsPush,
  },
  {
    path: ['credentials', 'check'],
    summary: 'what each workspace signs in with, how old keys are, and when they were used',
    load: async () => (await import('./credentials/check.ts')).credentialsCheck,
  },
  {
    path: ['credentials', 'rotate'],
    summary: "replace the Worker's access key without a gap",
    load: async () => (await import('./credentials/rotate.ts')).credentialsRotate,
  },
  {
    path: ['sandbox', 'up'],
    summary: 'start the sandbox',
    load: async () => (await import('./sandbox/up.ts')).sandboxUp,
  },
  {
    path: ['sandbox', 'down'],
    summary: 'stop it',
    load: async () => (await import('./sandbox/down.ts')).sandboxDown,
  },
  {
    path: ['sandbox', 'status'],
    summary: 'is it running, and where',
    load: async () => (await import('./sandbox/status.ts')).sandboxStatus,
  },
  {
    path: ['sandbox', 'reset'],
    summary: 'back to the first day: empty queues, release 5 live',
    load: async () => (await import('./sandbox/reset.ts')).sandboxReset,
  },
  {
    path: ['sandbox', 'traffic'],
    summary: 'send events through the worker',
    load: async () => (await import('./sandbox/traffic.ts')).sandboxTraffic,
  },
  {
    path: ['demo'],
    summary: 'break a sandbox and mend it: inspect, roll back, replay, verify',
    load: async () => (await import('./demo.ts')).demo,
  },
  {
    path: ['completion'],
    summary: 'completion of commands, flags and services for bash, zsh or fish',
    load: async () => (await import('./completion.ts')).completion,
  },
];
