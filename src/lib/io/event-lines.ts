import type { Settings } from '../settings.ts';
import type { Streams } from './streams.ts';

/**
 * Writes events as they happen, one JSON object a line, when the output format is `ndjson`; else nothing. Members that
 * are times (`at`, `until`, `knownBy`; ms since the epoch) are written as ISO 8601.
 */
export function eventLines({
  streams,
  settings,
}: {
  readonly streams: Streams;
  readonly settings: Pick<Settings, 'output'>;
}): (event: object) => void {
  if (settings.output !== 'ndjson') return () => {};
  return (event) => streams.stdout.write(`${JSON.stringify(event, isoTimes)}\n`);
}

const TIMES = new Set(['at', 'until', 'knownBy']);

function isoTimes(name: string, value: unknown): unknown {
  return TIMES.has(name) && typeof value === 'number' ? new Date(value).toISOString() : value;
}
