import type { Shapes } from '../kernel/shape.ts';

/** The inputs of the operations, as AWS's API model types them (https://docs.aws.amazon.com/IAM/latest/APIReference/). */
export const IAM_SHAPES: Shapes = {
  CreateUser: {
    UserName: 'text',
    Path: 'text',
    PermissionsBoundary: 'text',
    Tags: ['list', { Key: 'text', Value: 'text' }],
  },
  GetUser: { UserName: 'text' },
  DeleteUser: { UserName: 'text' },
  CreateAccessKey: { UserName: 'text' },
  ListAccessKeys: { UserName: 'text', Marker: 'text', MaxItems: 'number' },
  UpdateAccessKey: { UserName: 'text', AccessKeyId: 'text', Status: 'text' },
  DeleteAccessKey: { UserName: 'text', AccessKeyId: 'text' },
  GetAccessKeyLastUsed: { AccessKeyId: 'text' },
};
