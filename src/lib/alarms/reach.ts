import type { Topics } from '../aws/ports/account.ts';
import type { Alarm } from '../aws/ports/alarms.ts';
import { CvopsError } from '../errors/cvops-error.ts';
import { isInterruption } from '../errors/is-interruption.ts';

/** A topic that an alarm tells, and who listens to it. */
export interface TopicReach {
  readonly name: string;
  readonly arn: string;
  /** Subscriptions that get what is published; null when the topic could not be read. */
  readonly confirmed: number | null;
  /** Subscriptions whose mail nobody has answered yet: they get nothing. */
  readonly pending: number | null;
  /** Why it could not be read; null otherwise. */
  readonly problem: { readonly code: string; readonly message: string; readonly hint: string | null } | null;
}

/** All topics that these alarms tell, each read once, by ARN. */
export async function topicsOf(topics: Topics, alarms: readonly Alarm[]): Promise<ReadonlyMap<string, TopicReach>> {
  const arns = [...new Set(alarms.flatMap(({ actions }) => [...actions.alarm, ...actions.ok].filter(isTopic)))];
  return new Map(await Promise.all(arns.map(async (arn) => [arn, await readTopic(topics, arn)] as const)));
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html lists what an action may be. */
export function isTopic(arn: string): boolean {
  return /^arn:[^:]+:sns:/.test(arn);
}

/** `cv-analytics-alerts`, or the whole ARN of what is no topic. */
export function actionName(arn: string): string {
  return isTopic(arn) ? arn.split(':').at(-1)! : arn;
}

/** Why nobody hears of an alarm. */
export interface Unheard {
  readonly code: string;
  readonly words: string;
  /** The same of several alarms. */
  readonly wordsOfMany: string;
  readonly hint: string;
}

/**
 * Why nobody hears of this alarm when it goes off, in a few words; null when somebody does, or when it is not known.
 * @param topics see {@link topicsOf}
 */
export function unheard({ actionsEnabled, actions }: Alarm, topics: ReadonlyMap<string, TopicReach>): Unheard | null {
  if (!actionsEnabled) {
    return {
      code: 'ActionsDisabled',
      words: 'its actions are disabled',
      wordsOfMany: 'their actions are disabled',
      hint: 'enable them: `aws cloudwatch enable-alarm-actions --alarm-names NAME`.',
    };
  }
  if (actions.alarm.length === 0) {
    return {
      code: 'NoActions',
      words: 'it has no action for ALARM',
      wordsOfMany: 'they have no action for ALARM',
      hint: 'give it a topic to tell.',
    };
  }
  const told = actions.alarm.map((arn) => topics.get(arn));
  const isSilent = (topic: TopicReach | undefined) =>
    topic !== undefined && (topic.problem === null ? topic.confirmed === 0 : topic.problem.code === 'TopicNotFound');
  if (!told.every(isSilent)) return null;
  const pending = told.reduce((sum, topic) => sum + (topic?.pending ?? 0), 0);
  const gone = told.every((topic) => topic?.problem !== null) ? actionName(actions.alarm[0]!) : null;
  const unconfirmed = `nobody has confirmed a subscription to ${actions.alarm.map(actionName).join(', ')}${pending === 0 ? '' : ` (${pending} pending)`}`;
  return {
    code: 'NobodyTold',
    words: gone === null ? unconfirmed : `its topic ${gone} does not exist`,
    wordsOfMany: gone === null ? unconfirmed : `their topic ${gone} does not exist`,
    hint:
      pending === 0 ? 'subscribe a mail address to the topic.' : 'confirm it with the link in the mail that AWS sent.',
  };
}

async function readTopic(topics: Topics, arn: string): Promise<TopicReach> {
  const common = { name: actionName(arn), arn };
  try {
    const { confirmed, pending } = await topics.describe(arn);
    return { ...common, confirmed, pending, problem: null };
  } catch (cause) {
    if (!(cause instanceof CvopsError) || isInterruption(cause)) throw cause;
    const { code, message, hint = null } = cause;
    return { ...common, confirmed: null, pending: null, problem: { code, message, hint } };
  }
}
