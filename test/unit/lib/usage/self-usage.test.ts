import { expect, test } from 'vitest';
import { selfUsage } from '../../../../src/lib/usage/self-usage.ts';

test('a report of free calls costs nothing', () => {
  const calls = { 'cloudwatch:GetMetricStatistics': 33, 'dynamodb:DescribeTable': 2 };
  expect(selfUsage(calls)).toEqual({ apiCalls: 35, paidCalls: 0, costUsd: 0, calls });
});

test('calls that AWS charges for are counted apart, with the least that they cost', () => {
  const { apiCalls, paidCalls, costUsd } = selfUsage({
    'cloudwatch:GetMetricData': 100,
    'ce:GetCostAndUsage': 2,
    'cloudwatch:ListMetrics': 1,
  });
  expect({ apiCalls, paidCalls }).toEqual({ apiCalls: 103, paidCalls: 102 });
  expect(costUsd).toBeCloseTo(0.021, 10);
});
