import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { CallRecord, ClientSetup } from '../client-options.ts';
import { type CallRules, guardClient } from '../guard-client.ts';
import type { Account } from '../ports/account.ts';
import { awsCall } from './aws-call.ts';

const RULES: CallRules = { answers: { GetCallerIdentity: ['Account', 'Arn'] } };

/** The account over STS. */
export class StsAccount implements Account {
  readonly #client: STSClient;
  readonly #calls: readonly CallRecord[];

  /** @param calls every call made so far, of any service: the last Date header tells the clock's difference. */
  constructor(setup: ClientSetup, calls: readonly CallRecord[]) {
    this.#client = guardClient('sts', new STSClient(setup.options), setup, RULES);
    this.#calls = calls;
  }

  async identity(): Promise<{ accountId: string; arn: string }> {
    const answer = await awsCall({ action: 'sts:GetCallerIdentity', resource: 'this account' }, () =>
      this.#client.send(new GetCallerIdentityCommand({})),
    );
    return { accountId: answer.Account ?? '', arn: answer.Arn ?? '' };
  }

  clockSkewMs(): number | null {
    const last = this.#calls.findLast((call) => call.serverTime !== undefined);
    return last?.serverTime === undefined ? null : last.localTime - last.serverTime;
  }
}
