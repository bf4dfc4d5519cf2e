import { watchWords, whyWords } from '../../lib/alarms/alarm-words.ts';
import type { TopicReach } from '../../lib/alarms/reach.ts';
import type { Alarm } from '../../lib/aws/ports/alarms.ts';

/** One alarm in the JSON documents of `alarms list` and `alarms test`. */
export function alarmData(alarm: Alarm, topics: ReadonlyMap<string, TopicReach>) {
  const { name, state, since, reason, description, composite, rule, actionsEnabled, actions } = alarm;
  return {
    name,
    state,
    since: since === null ? null : new Date(since).toISOString(),
    reason,
    why: whyWords(alarm),
    watches: watchWords(rule),
    description,
    composite,
    rule,
    actionsEnabled,
    actions,
    topics: [...new Set([...actions.alarm, ...actions.ok])].flatMap((arn) => topics.get(arn) ?? []),
  };
}
