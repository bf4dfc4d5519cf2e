import { mapped } from '../mapped.ts';
import { costUsd } from '../tariff/cost.ts';
import type { UsageRow } from '../usage-row.ts';
import { flow, straightLineTerm } from './amounts.ts';
import { both, gathered } from './gathered.ts';
import { added, hoursOf, total } from './hours.ts';
import { type RowInput, rowOf } from './row-of.ts';

/** Publishes to the configured topics, and what they deliver. */
export function snsRows(input: RowInput): readonly UsageRow[] {
  return input.readings.topics.length === 0 ? [] : [publishes(input), emails(input)];
}

function publishes(input: RowInput): UsageRow {
  const { topics, period } = input.readings;
  const read = gathered(
    topics.map(({ name, published }) => mapped(published, (series) => ({ name, hours: hoursOf(series) }))),
  );
  const hours = added(...read.values.map((each) => each.hours));
  return rowOf(
    {
      id: 'sns-publishes',
      service: 'SNS',
      metric: 'publishes',
      unit: 'requests',
      limit: 'sns-publishes',
      projection: 'flow',
      basis: 'messages published, those of alarms too',
      amount: read.values.length === 0 ? null : flow(hours, period),
      cost: ({ beyond }) => costUsd(input.tariff, 'sns-publish', beyond),
      gap: read.gap,
      formula: 'Σ NumberOfMessagesPublished',
      summands: read.values.map((each) => total(each.hours)),
      terms: [
        ...read.values.map((each) => ({
          name: `published to ${each.name}`,
          value: total(each.hours),
          unit: 'messages',
          source: `AWS/SNS NumberOfMessagesPublished, Sum, TopicName=${each.name}`,
        })),
        straightLineTerm(total(hours), period, 'requests'),
      ],
      notes: ['Each begun 64 KB of a message is a request; metrics count messages.'],
    },
    input,
  );
}

/** https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html has no metric by protocol. */
function emails(input: RowInput): UsageRow {
  const { topics, period } = input.readings;
  const read = gathered(
    topics.map(({ name, delivered, failed }) =>
      mapped(both(delivered, failed), ([done, lost]) => ({ name, delivered: hoursOf(done), failed: hoursOf(lost) })),
    ),
  );
  const hours = added(...read.values.flatMap((each) => [each.delivered, each.failed]));
  const used = total(hours);
  return rowOf(
    {
      id: 'sns-emails',
      service: 'SNS',
      metric: 'emails',
      unit: 'emails',
      limit: 'sns-emails',
      projection: 'flow',
      basis: 'notifications delivered and failed, of any protocol',
      amount: read.values.length === 0 ? null : flow(hours, period, used === 0 ? null : { low: 0, high: used }),
      cost: ({ beyond }) => costUsd(input.tariff, 'sns-email', beyond),
      gap: read.gap,
      formula: 'Σ NumberOfNotificationsDelivered + NumberOfNotificationsFailed',
      summands: read.values.flatMap((each) => [total(each.delivered), total(each.failed)]),
      terms: [
        ...read.values.flatMap((each) => [
          {
            name: `delivered by ${each.name}`,
            value: total(each.delivered),
            unit: 'notifications',
            source: `AWS/SNS NumberOfNotificationsDelivered, Sum, TopicName=${each.name}`,
          },
          {
            name: `failed from ${each.name}`,
            value: total(each.failed),
            unit: 'notifications',
            source: `AWS/SNS NumberOfNotificationsFailed, Sum, TopicName=${each.name}`,
          },
        ]),
        straightLineTerm(used, period, 'emails'),
      ],
      notes: ['The metrics do not tell emails from other protocols: each notification is taken for an email.'],
    },
    input,
  );
}
