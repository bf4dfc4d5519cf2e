import type { Alarm } from '../aws/ports/alarms.ts';
import type { Config } from '../config/config.ts';
import { closest } from '../errors/closest.ts';
import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';
import { actionName } from './reach.ts';

/** Those alarms that look at a resource of the configuration or tell a topic of it. */
export function alarmsOf(config: Config, alarms: readonly Alarm[]): readonly Alarm[] {
  const services = Object.values(config.services);
  const known = new Set(
    services.flatMap(({ function: name, queue, dlq, table }) => [name, queue, dlq, table]).filter(Boolean),
  );
  const topics = new Set(services.flatMap(({ topic }) => topic ?? []));
  return alarms.filter(
    ({ rule, actions }) =>
      Object.values(rule?.dimensions ?? {}).some((value) => known.has(value)) ||
      [...actions.alarm, ...actions.ok].some((arn) => topics.has(actionName(arn))),
  );
}

/**
 * The alarm of this name, or the only one whose name ends with it: `dlq-depth`.
 * @throws CvopsError `AlarmNotFound` (5), `AlarmAmbiguous` (2).
 */
export function findAlarm(alarms: readonly Alarm[], name: string): Alarm {
  const exact = alarms.find((alarm) => alarm.name === name);
  if (exact !== undefined) return exact;
  const found = alarms.filter((alarm) => alarm.name.endsWith(`-${name}`));
  if (found.length === 1) return found[0]!;
  const names = alarms.map((alarm) => alarm.name);
  if (found.length > 1) {
    throw new CvopsError('AlarmAmbiguous', ExitCode.usage, `more than one alarm ends with "${name}".`, {
      hint: `name one of ${found.map((alarm) => alarm.name).join(', ')}.`,
    });
  }
  const near = closest(name, names) ?? names.find((each) => closest(name, [each.slice(-name.length)]) !== undefined);
  throw new CvopsError('AlarmNotFound', ExitCode.notFound, `no alarm "${name}" in this account and Region.`, {
    hint: `${near === undefined ? '' : `did you mean "${near}"? `}\`cvops alarms list --all\` shows all.`,
  });
}
