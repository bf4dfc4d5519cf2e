import {
  type AccessKeyMetadata,
  CreateAccessKeyCommand,
  DeleteAccessKeyCommand,
  GetAccessKeyLastUsedCommand,
  IAMClient,
  ListAccessKeysCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { classifyAwsError } from '../../errors/classify-aws-error.ts';
import { CvopsError } from '../../errors/cvops-error.ts';
import { ExitCode } from '../../errors/exit-code.ts';
import type { ClientSetup } from '../client-options.ts';
import { type CallRules, guardClient } from '../guard-client.ts';
import type { AccessKey, AccessKeys, KeyUse, NewAccessKey } from '../ports/access-keys.ts';

const RULES: CallRules = {
  answers: {
    ListAccessKeys: ['AccessKeyMetadata'],
    CreateAccessKey: ['AccessKey.AccessKeyId', 'AccessKey.SecretAccessKey'],
  },
  // A second attempt would make a second key; what they did must be known.
  slow: [CreateAccessKeyCommand],
  finish: [CreateAccessKeyCommand, UpdateAccessKeyCommand, DeleteAccessKeyCommand],
};

/** What AWS says of a key that it does not know, yet or any more. */
const UNKNOWN_KEY = new Set(['InvalidClientTokenId', 'InvalidAccessKeyId', 'SignatureDoesNotMatch', 'AccessDenied']);

/** {@link AccessKeys} over IAM; https://docs.aws.amazon.com/IAM/latest/APIReference/ */
export class IamAccessKeys implements AccessKeys {
  readonly #client: IAMClient;
  readonly #setup: ClientSetup;

  constructor(setup: ClientSetup) {
    // IAM has no idempotency tokens: a lost answer is looked for in the list of keys, not asked for again.
    this.#client = guardClient('iam', new IAMClient(setup.options), setup, RULES);
    this.#setup = setup;
  }

  async list(user: string): Promise<readonly AccessKey[]> {
    const { AccessKeyMetadata = [] } = await this.#call('iam:ListAccessKeys', user, () =>
      this.#client.send(new ListAccessKeysCommand({ UserName: user })),
    );
    return AccessKeyMetadata.map(readKey).sort((a, b) => (a.createdAt ?? '').localeCompare(b.createdAt ?? ''));
  }

  async create(user: string): Promise<NewAccessKey> {
    const once = guardClient('iam', new IAMClient({ ...this.#setup.options, maxAttempts: 1 }), this.#setup, RULES);
    const { AccessKey } = await this.#call('iam:CreateAccessKey', user, () =>
      once.send(new CreateAccessKeyCommand({ UserName: user })),
    );
    const { AccessKeyId: id = '', SecretAccessKey: secret = '' } = AccessKey ?? {};
    this.#setup.redactor?.learn(secret);
    return { id, secret };
  }

  async deactivate(user: string, id: string): Promise<void> {
    await this.#call('iam:UpdateAccessKey', user, () =>
      this.#client.send(new UpdateAccessKeyCommand({ UserName: user, AccessKeyId: id, Status: 'Inactive' })),
    );
  }

  async remove(user: string, id: string): Promise<void> {
    try {
      await this.#client.send(new DeleteAccessKeyCommand({ UserName: user, AccessKeyId: id }));
    } catch (cause) {
      if ((cause as Error).name === 'NoSuchEntityException') return;
      throw explained(cause, 'iam:DeleteAccessKey', user);
    }
  }

  async lastUse(id: string): Promise<KeyUse> {
    const { AccessKeyLastUsed } = await this.#call('iam:GetAccessKeyLastUsed', id, () =>
      this.#client.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: id })),
    );
    // `N/A` where it was never used. https://docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKeyLastUsed.html
    const at = AccessKeyLastUsed?.LastUsedDate?.toISOString() ?? null;
    return { at, service: at === null ? null : (AccessKeyLastUsed?.ServiceName ?? null) };
  }

  async isKnown({ id, secret }: NewAccessKey): Promise<boolean> {
    const { profile: _, ...options } = this.#setup.options;
    const credentials = { accessKeyId: id, secretAccessKey: secret };
    const client = guardClient('sts', new STSClient({ ...options, credentials }), this.#setup);
    try {
      await client.send(new GetCallerIdentityCommand({}));
      return true;
    } catch (cause) {
      if (UNKNOWN_KEY.has((cause as Error).name)) return false;
      throw classifyAwsError(cause, { action: 'sts:GetCallerIdentity', resource: `the new key ${id}` });
    }
  }

  async #call<T>(action: string, user: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (cause) {
      throw explained(cause, action, user);
    }
  }
}

function explained(cause: unknown, action: string, user: string): unknown {
  const { name } = cause as Error;
  if (name === 'NoSuchEntityException') {
    return new CvopsError('UserNotFound', ExitCode.notFound, `there is no IAM user "${user}", or no such key of it.`, {
      hint: 'Terraform makes the user (infra/terraform/worker); --user names another.',
      cause,
    });
  }
  if (name === 'LimitExceededException') {
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    return new CvopsError(
      'AccessKeyLimit',
      ExitCode.failed,
      `user "${user}" has two access keys, and IAM allows no third.`,
      {
        hint: '`cvops credentials check` tells which is used; `cvops credentials rotate --retire KEY` takes one away.',
        cause,
      },
    );
  }
  return classifyAwsError(cause, { action, resource: `user "${user}"` });
}

function readKey({ AccessKeyId = '', Status, CreateDate }: AccessKeyMetadata): AccessKey {
  return { id: AccessKeyId, active: Status === 'Active', createdAt: CreateDate?.toISOString() ?? null };
}
