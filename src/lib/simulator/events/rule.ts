import type { Timer } from '../kernel/clock.ts';
import type { Input } from '../kernel/service.ts';

export interface Rule {
  readonly name: string;
  readonly bus: string;
  readonly arn: string;
  readonly targets: Map<string, Input>;
  readonly tags: Map<string, string>;
  readonly createdAt: number;
  description: string | undefined;
  roleArn: string | undefined;
  state: 'ENABLED' | 'DISABLED';
  schedule: string | undefined;
  pattern: string | undefined;
  timer: Timer | undefined;
}

/** A rule as ListRules and DescribeRule show it. */
export function describeRule(rule: Rule): Record<string, unknown> {
  return {
    Name: rule.name,
    Arn: rule.arn,
    EventPattern: rule.pattern,
    ScheduleExpression: rule.schedule,
    State: rule.state,
    Description: rule.description,
    RoleArn: rule.roleArn,
    EventBusName: rule.bus,
  };
}

/**
 * What a target receives: its constant `Input`, a part (`InputPath`), a template (`InputTransformer`), or the event.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
 */
export function targetInput(target: Input, event: Record<string, unknown>, ruleArn: string): string {
  if (target.Input !== undefined) return target.Input;
  if (target.InputPath !== undefined) return JSON.stringify(at(event, target.InputPath) ?? {});
  if (target.InputTransformer === undefined) return JSON.stringify(event);
  const { InputPathsMap = {}, InputTemplate } = target.InputTransformer;
  const reserved: Record<string, unknown> = {
    'aws.events.rule-arn': ruleArn,
    'aws.events.event.ingestion-time': event['time'],
    'aws.events.event': event,
    'aws.events.event.json': event,
  };
  return String(InputTemplate).replace(/("?)<([\w.-]+)>("?)/g, (whole, open: string, name: string, close: string) => {
    const value =
      name in reserved ? reserved[name] : name in InputPathsMap ? at(event, InputPathsMap[name]) : undefined;
    if (!(name in reserved) && !(name in InputPathsMap)) return whole;
    const text = typeof value === 'string' ? JSON.stringify(value).slice(1, -1) : JSON.stringify(value ?? '');
    if (open !== '' || close !== '') return `${open}${text}${close}`;
    return typeof value === 'string' ? `"${text}"` : text;
  });
}

/** `$.detail.items[0]` of an event. */
function at(event: unknown, path: string): unknown {
  const steps = path
    .replace(/^\$\.?/, '')
    .split(/[.[\]]+/)
    .filter((step) => step !== '');
  let value = event;
  for (const step of steps) value = (value as Record<string, unknown> | undefined)?.[step];
  return value;
}
