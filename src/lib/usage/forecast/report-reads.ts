import type { SystemModel } from './system-model.ts';

/** An eventually consistent read unit, bytes. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html */
const READ_BYTES = 2 * 4_096;
/** Unused units of so many seconds are kept for a burst. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/burst-adaptive-capacity.html */
const BURST_SECONDS = 300;

export function reportRuns({ days, reporter }: SystemModel): number {
  return (days / 7) * reporter.runsPerWeek;
}

/** Read units that one report takes: all items of a week. */
export function weekReadUnits(queries: number, { days, table }: SystemModel): number {
  return (((queries * 7) / days) * table.itemBytes) / READ_BYTES;
}

/** Queries of the table that one report makes; one a day at least. */
export function weekPages(queries: number, { days, reporter }: SystemModel): number {
  return Math.max(7, (queries * 7) / days / reporter.pageItems);
}

/** Provisioned read units with which a report is done before the function's time is over. */
export function neededReadUnits(queries: number, model: SystemModel): number {
  return Math.ceil(weekReadUnits(queries, model) / (BURST_SECONDS + model.reporter.timeoutSeconds));
}
