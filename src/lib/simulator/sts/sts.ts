import { createHash } from 'node:crypto';
import type { IamAccount } from '../iam/iam-account.ts';
import { ApiError } from '../kernel/api-error.ts';
import type { Region } from '../kernel/region.ts';
import type { Call, Input, Operation, Service } from '../kernel/service.ts';
import { identityOf, uniqueId } from './identity.ts';
import { STS_SHAPES } from './shapes.ts';

const ROLE = /^arn:aws:iam::(\d{12}):role\/(?:.+\/)?([\w+=,.@-]+)$/;

/** STS identity and role sessions (query protocol). What it does and does not do: docs/simulator/sts.md. */
export class Sts implements Service {
  readonly id = 'sts';
  readonly shapes = STS_SHAPES;
  readonly queryVersion = '2011-06-15';
  readonly xmlNamespace = 'https://sts.amazonaws.com/doc/2011-06-15/';
  readonly region: Region;
  readonly operations: Readonly<Record<string, Operation>>;

  readonly #iam: IamAccount;

  constructor(region: Region, iam: IamAccount) {
    this.region = region;
    this.#iam = iam;
    this.operations = {
      GetCallerIdentity: (_input, call) => this.#identity(call),
      AssumeRole: (input) => this.#assume(input),
      GetSessionToken: (input) => ({ Credentials: this.#credentials(input, 'session', 43_200) }),
      GetAccessKeyInfo: () => ({ Account: region.accountId }),
    };
  }

  trailName(operation: string): string | undefined {
    return operation;
  }

  #identity(call: Call) {
    // AWS refuses unsigned calls with 403.
    if (call.accessKeyId === '') {
      throw new ApiError('MissingAuthenticationToken', 'Request is missing Authentication Token', { status: 403 });
    }
    const key = this.#iam.key(call.accessKeyId);
    if (key !== undefined) {
      const user = this.#iam.users.get(key.user);
      if (user !== undefined && key.status === 'Active') {
        return { Arn: user.Arn, UserId: user.UserId, Account: this.region.accountId };
      }
      throw new ApiError('InvalidClientTokenId', 'The security token included in the request is invalid.', {
        status: 403,
      });
    }
    const { userId, arn } = identityOf(this.region, call.accessKeyId);
    return { Arn: arn, UserId: userId, Account: this.region.accountId };
  }

  #assume(input: Input) {
    const { RoleArn, RoleSessionName } = input;
    if (RoleArn === undefined) throw required('roleArn');
    if (RoleSessionName === undefined) throw required('roleSessionName');
    const match = ROLE.exec(RoleArn);
    if (match === null) throw new ApiError('ValidationError', `${RoleArn} is invalid`);
    const [, account, role] = match;
    return {
      Credentials: this.#credentials(input, RoleArn, 3_600),
      AssumedRoleUser: {
        AssumedRoleId: `${uniqueId('AROA', RoleArn)}:${RoleSessionName}`,
        Arn: `arn:aws:sts::${account}:assumed-role/${role}/${RoleSessionName}`,
      },
    };
  }

  #credentials(input: Input, seed: string, defaultSeconds: number) {
    const seconds = Number(input.DurationSeconds ?? defaultSeconds);
    if (!(seconds >= 900 && seconds <= 129_600)) {
      const bound = seconds < 900 ? 'greater than or equal to 900' : 'less than or equal to 129600';
      throw new ApiError(
        'ValidationError',
        `1 validation error detected: Value '${input.DurationSeconds}' at 'durationSeconds' failed to satisfy constraint: Member must have value ${bound}`,
      );
    }
    const unique = this.region.uuid();
    const digest = (text: string) => createHash('sha512').update(`${text}/${seed}/${unique}`).digest('base64');
    return {
      AccessKeyId: uniqueId('ASIA', unique),
      SecretAccessKey: digest('secret').slice(0, 40),
      SessionToken: `simulated${digest('token')}`,
      Expiration: new Date(this.region.clock.now() + seconds * 1000),
    };
  }
}

function required(member: string): ApiError {
  return new ApiError(
    'ValidationError',
    `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`,
  );
}
