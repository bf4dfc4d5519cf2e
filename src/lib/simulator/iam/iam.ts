import { ApiError } from '../kernel/api-error.ts';
import type { Region } from '../kernel/region.ts';
import type { Input, Operation, Service } from '../kernel/service.ts';
import { uniqueId } from '../sts/identity.ts';
import type { IamAccount, IamUser } from './iam-account.ts';
import { IAM_SHAPES } from './shapes.ts';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const MOST_KEYS = 2;

/** IAM users and access keys (query protocol). What it does and does not do: docs/simulator/iam.md. */
export class Iam implements Service {
  readonly id = 'iam';
  readonly shapes = IAM_SHAPES;
  readonly queryVersion = '2010-05-08';
  readonly xmlNamespace = 'https://iam.amazonaws.com/doc/2010-05-08/';
  readonly operations: Readonly<Record<string, Operation>>;
  readonly #region: Region;
  readonly #account: IamAccount;

  constructor(region: Region, account: IamAccount) {
    this.#region = region;
    this.#account = account;
    this.operations = {
      CreateUser: (input) => this.#createUser(input),
      GetUser: (input) => ({ User: this.#user(input.UserName) }),
      DeleteUser: (input) => this.#deleteUser(input),
      CreateAccessKey: (input) => this.#createKey(input),
      ListAccessKeys: (input) => this.#listKeys(input),
      UpdateAccessKey: (input) => this.#updateKey(input),
      DeleteAccessKey: (input) => {
        this.#key(input).status = 'deleted';
      },
      GetAccessKeyLastUsed: (input) => this.#lastUsed(input),
    };
  }

  trailName(operation: string): string | undefined {
    return operation;
  }

  #createUser({ UserName, Path = '/' }: Input) {
    if (!/^[\w+=,.@-]{1,64}$/.test(UserName ?? '')) throw invalid('userName', UserName);
    if (this.#account.users.has(UserName)) {
      throw new ApiError('EntityAlreadyExists', `User with name ${UserName} already exists.`, { status: 409 });
    }
    const user: IamUser = {
      Path,
      UserName,
      UserId: uniqueId('AIDA', `${this.#region.accountId}${Path}${UserName}`),
      Arn: `arn:aws:iam::${this.#region.accountId}:user${Path}${UserName}`,
      CreateDate: new Date(this.#region.clock.now()),
    };
    this.#account.users.set(UserName, user);
    return { User: user };
  }

  #deleteUser({ UserName }: Input) {
    const user = this.#user(UserName);
    if (this.#account.keysOf(user.UserName).length > 0) {
      throw new ApiError('DeleteConflict', 'Cannot delete entity, must delete access keys first.', { status: 409 });
    }
    this.#account.users.delete(user.UserName);
  }

  #createKey({ UserName }: Input) {
    const user = this.#user(UserName);
    if (this.#account.keysOf(user.UserName).length >= MOST_KEYS) {
      const message = `Cannot exceed quota for AccessKeysPerUser: ${MOST_KEYS}`;
      throw new ApiError('LimitExceeded', message, { status: 409 });
    }
    const at = this.#region.clock.now();
    const { id, secret } = this.#account.addKey(user.UserName, at);
    return {
      AccessKey: {
        UserName: user.UserName,
        AccessKeyId: id,
        Status: 'Active',
        SecretAccessKey: secret,
        CreateDate: new Date(at),
      },
    };
  }

  #listKeys({ UserName }: Input) {
    const user = this.#user(UserName);
    return {
      IsTruncated: false,
      AccessKeyMetadata: this.#account.keysOf(user.UserName).map(({ id, status, createdAt }) => ({
        UserName: user.UserName,
        AccessKeyId: id,
        Status: status,
        CreateDate: new Date(createdAt),
      })),
    };
  }

  #updateKey(input: Input) {
    if (input.Status !== 'Active' && input.Status !== 'Inactive') throw invalid('status', input.Status);
    this.#key(input).status = input.Status;
  }

  #lastUsed({ AccessKeyId }: Input) {
    const key = this.#account.key(AccessKeyId);
    if (key === undefined || key.status === 'deleted') throw noKey(AccessKeyId);
    const { lastUse } = key;
    return {
      UserName: key.user,
      AccessKeyLastUsed:
        lastUse === undefined
          ? { Region: 'N/A', ServiceName: 'N/A' }
          : { LastUsedDate: new Date(lastUse.at), Region: lastUse.region, ServiceName: lastUse.service },
    };
  }

  /** Without a name AWS takes the caller's own user; the simulator's callers have none here. */
  #user(name: string | undefined): IamUser {
    const user = this.#account.users.get(name ?? 'operator');
    if (user !== undefined) return user;
    throw new ApiError('NoSuchEntity', `The user with name ${name ?? 'operator'} cannot be found.`, { status: 404 });
  }

  #key({ UserName, AccessKeyId }: Input) {
    const user = this.#user(UserName);
    const key = this.#account.key(AccessKeyId);
    if (key?.user === user.UserName && key.status !== 'deleted') return key;
    throw noKey(AccessKeyId);
  }
}

function noKey(id: string): ApiError {
  return new ApiError('NoSuchEntity', `The Access Key with id ${id} cannot be found.`, { status: 404 });
}

function invalid(member: string, value: unknown): ApiError {
  return new ApiError(
    'ValidationError',
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint`,
  );
}
