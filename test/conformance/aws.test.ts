import { expect, test } from 'vitest';
import { awsBackend } from './backends/aws-backend.ts';
import { conformanceTests } from './conformance-tests.ts';

const backend = awsBackend(process.env);
if (backend === undefined) {
  test('a real account takes part only when asked', () => {
    expect(
      awsBackend({ AWS_REGION: 'us-east-1', CVOPS_CONFORMANCE_ROLE: 'arn:aws:iam::123456789012:role/x' }),
    ).toBeUndefined();
  });
} else {
  conformanceTests('aws', false, async () => backend);
}
