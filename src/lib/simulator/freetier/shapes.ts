import type { Shapes, Structure } from '../kernel/shape.ts';

const expression: Structure = {
  And: ['list', () => expression],
  Or: ['list', () => expression],
  Not: () => expression,
  Dimensions: { Key: 'text', MatchOptions: ['list', 'text'], Values: ['list', 'text'] },
};

/** The inputs of the operations, as AWS's API model types them (https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_Operations_AWS_Free_Tier.html). */
export const FREE_TIER_SHAPES: Shapes = {
  GetFreeTierUsage: { filter: expression, maxResults: 'number', nextToken: 'text' },
  GetAccountPlanState: {},
};
