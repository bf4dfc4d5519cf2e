import type { Alarm, AlarmRule } from '../../../../../src/lib/aws/ports/alarms.ts';

export const TOPIC = 'arn:aws:sns:us-east-1:000000000000:alerts';

const RULE: AlarmRule = {
  namespace: 'AWS/SQS',
  metric: 'ApproximateNumberOfMessagesVisible',
  dimensions: { QueueName: 'dead.fifo' },
  statistic: 'Maximum',
  comparison: 'GreaterThanThreshold',
  threshold: 0,
  periodSeconds: 60,
  periods: 1,
  missing: 'notBreaching',
};

/** An alarm on the depth of a queue, OK and heard. */
export function anAlarm({
  rule,
  ...more
}: Partial<Omit<Alarm, 'rule'>> & { rule?: Partial<AlarmRule> | null } = {}): Alarm {
  return {
    name: 'system-dead',
    state: 'OK',
    reason: 'Threshold Crossed: 1 datapoint [0.0 (03/06/26 12:00:00)] was not greater than the threshold (0.0).',
    description: '',
    since: 0,
    values: [0],
    composite: false,
    actionsEnabled: true,
    actions: { alarm: [TOPIC], ok: [], insufficientData: [] },
    ...more,
    rule: rule === null ? null : { ...RULE, ...rule },
  };
}
