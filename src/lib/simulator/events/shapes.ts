import type { Shape, Shapes, Structure } from '../kernel/shape.ts';

const tags: Shape = ['list', { Key: 'text', Value: 'text' }];
const target: Structure = {
  Id: 'text',
  Arn: 'text',
  RoleArn: 'text',
  Input: 'text',
  InputPath: 'text',
  InputTransformer: { InputPathsMap: ['map', 'text'], InputTemplate: 'text' },
  SqsParameters: { MessageGroupId: 'text' },
  RetryPolicy: { MaximumRetryAttempts: 'number', MaximumEventAgeInSeconds: 'number' },
  DeadLetterConfig: { Arn: 'text' },
};
const rule: Structure = { Name: 'text', EventBusName: 'text' };
const page: Structure = { NextToken: 'text', Limit: 'number' };

/** The inputs of the operations, as AWS's API model types them (https://docs.aws.amazon.com/eventbridge/latest/APIReference/). */
export const EVENTS_SHAPES: Shapes = {
  PutRule: {
    ...rule,
    ScheduleExpression: 'text',
    EventPattern: 'text',
    State: 'text',
    Description: 'text',
    RoleArn: 'text',
    Tags: tags,
  },
  DescribeRule: rule,
  ListRules: { ...page, NamePrefix: 'text', EventBusName: 'text' },
  EnableRule: rule,
  DisableRule: rule,
  DeleteRule: { ...rule, Force: 'flag' },
  PutTargets: { Rule: 'text', EventBusName: 'text', Targets: ['list', target] },
  RemoveTargets: { Rule: 'text', EventBusName: 'text', Ids: ['list', 'text'], Force: 'flag' },
  ListTargetsByRule: { ...page, Rule: 'text', EventBusName: 'text' },
  ListRuleNamesByTarget: { ...page, TargetArn: 'text', EventBusName: 'text' },
  PutEvents: {
    Entries: [
      'list',
      {
        Time: 'time',
        Source: 'text',
        Resources: ['list', 'text'],
        DetailType: 'text',
        Detail: 'text',
        EventBusName: 'text',
        TraceHeader: 'text',
      },
    ],
    EndpointId: 'text',
  },
  TagResource: { ResourceARN: 'text', Tags: tags },
  UntagResource: { ResourceARN: 'text', TagKeys: ['list', 'text'] },
  ListTagsForResource: { ResourceARN: 'text' },
};

const scheduleTarget: Structure = {
  Arn: 'text',
  RoleArn: 'text',
  Input: 'text',
  DeadLetterConfig: { Arn: 'text' },
  RetryPolicy: { MaximumRetryAttempts: 'number', MaximumEventAgeInSeconds: 'number' },
  SqsParameters: { MessageGroupId: 'text' },
  EventBridgeParameters: { DetailType: 'text', Source: 'text' },
};
const schedule: Structure = {
  Name: 'text',
  GroupName: 'text',
  ScheduleExpression: 'text',
  ScheduleExpressionTimezone: 'text',
  StartDate: 'time',
  EndDate: 'time',
  Description: 'text',
  State: 'text',
  KmsKeyArn: 'text',
  ActionAfterCompletion: 'text',
  ClientToken: 'text',
  FlexibleTimeWindow: { Mode: 'text', MaximumWindowInMinutes: 'number' },
  Target: scheduleTarget,
};

/** The same of EventBridge Scheduler (https://docs.aws.amazon.com/scheduler/latest/APIReference/). */
export const SCHEDULER_SHAPES: Shapes = {
  CreateSchedule: schedule,
  UpdateSchedule: schedule,
  CreateScheduleGroup: { Name: 'text', ClientToken: 'text', Tags: tags },
};
