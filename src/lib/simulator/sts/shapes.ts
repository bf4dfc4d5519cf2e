import type { Shapes } from '../kernel/shape.ts';

/** The inputs of the operations, as AWS's API model types them (https://docs.aws.amazon.com/STS/latest/APIReference/). */
export const STS_SHAPES: Shapes = {
  GetCallerIdentity: {},
  AssumeRole: {
    RoleArn: 'text',
    RoleSessionName: 'text',
    PolicyArns: ['list', { arn: 'text' }],
    Policy: 'text',
    DurationSeconds: 'number',
    Tags: ['list', { Key: 'text', Value: 'text' }],
    TransitiveTagKeys: ['list', 'text'],
    ExternalId: 'text',
    SerialNumber: 'text',
    TokenCode: 'text',
    SourceIdentity: 'text',
    ProvidedContexts: ['list', { ProviderArn: 'text', ContextAssertion: 'text' }],
    MinimumSessionTokenSize: 'number',
  },
  GetSessionToken: {
    DurationSeconds: 'number',
    SerialNumber: 'text',
    TokenCode: 'text',
    MinimumSessionTokenSize: 'number',
  },
  GetAccessKeyInfo: { AccessKeyId: 'text' },
};
