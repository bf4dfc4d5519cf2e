import type { Shapes } from '../kernel/shape.ts';

/** The inputs of the operations, as AWS's API model types them (https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/). */
export const CLOUDTRAIL_SHAPES: Shapes = {
  LookupEvents: {
    LookupAttributes: ['list', { AttributeKey: 'text', AttributeValue: 'text' }],
    StartTime: 'time',
    EndTime: 'time',
    EventCategory: 'text',
    MaxResults: 'number',
    NextToken: 'text',
  },
};
