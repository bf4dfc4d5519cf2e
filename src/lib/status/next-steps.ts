import type { Next } from '../io/outcome.ts';
import { splitOf } from '../release/words.ts';
import type { AlarmStatus, SystemStatus } from './system-status.ts';

/** What an alarm's own description says to do: `Next: cvops dlq inspect`. Words only: others may have written it. */
const NAMED = /\bNext: (cvops(?: [a-z][\w-]*)+)/;

/** The commands that what is wrong calls for, the most urgent first; none when nothing is. */
export function nextSteps({
  services,
  alarms,
  gaps,
}: Pick<SystemStatus, 'services' | 'alarms' | 'gaps'>): readonly Next[] {
  const steps: Next[] = [];
  const seen = new Set<string>();
  for (const { service, dlq } of services) {
    if (dlq === null || dlq.visible === 0 || seen.has(dlq.name)) continue;
    seen.add(dlq.name);
    steps.push({ command: `cvops dlq inspect ${service}`, why: `why ${service}'s messages died` });
  }
  for (const { service, alias, release } of services) {
    const split = alias === null ? undefined : splitOf(alias);
    if (split === undefined) continue;
    // A record of another kind is older than the split.
    const whose =
      release?.kind === 'canary' ? `${release.by || 'somebody'}'s split` : 'the split, which cvops did not make';
    steps.push({ command: `cvops alias recover ${service}`, why: `end ${whose}, if nobody is at it` });
  }
  for (const alarm of alarms.filter(({ state }) => state === 'ALARM')) {
    const command = commandOf(alarm);
    if (!steps.some((step) => `${step.command} `.startsWith(`${command} `))) steps.push({ command, why: alarm.name });
  }
  if (gaps.length > 0) steps.push({ command: 'cvops doctor', why: 'what may not be read, and what mends it' });
  return steps;
}

function commandOf({ description, service }: AlarmStatus): string {
  const named = NAMED.exec(description)?.[1];
  if (named !== undefined && named !== 'cvops status') return named;
  return service === null ? 'cvops alarms list' : `cvops logs ${service}`;
}
