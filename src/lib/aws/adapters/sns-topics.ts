import { GetTopicAttributesCommand, SNSClient } from '@aws-sdk/client-sns';
import type { ClientSetup } from '../client-options.ts';
import { type CallRules, guardClient } from '../guard-client.ts';
import type { Account, TopicDescribed, Topics } from '../ports/account.ts';
import { awsCall } from './aws-call.ts';

const RULES: CallRules = { answers: { GetTopicAttributes: ['Attributes'] } };

/** Topics over the SNS API, which knows them by ARN only: the account comes from STS. */
export class SnsTopics implements Topics {
  readonly #client: SNSClient;
  readonly #region: string;
  readonly #account: () => Promise<Account>;

  constructor(setup: ClientSetup, account: () => Promise<Account>) {
    this.#client = guardClient('sns', new SNSClient(setup.options), setup, RULES);
    this.#region = setup.options.region;
    this.#account = account;
  }

  async describe(nameOrArn: string): Promise<TopicDescribed> {
    const arn = nameOrArn.startsWith('arn:') ? nameOrArn : await this.#arnOf(nameOrArn);
    const site = {
      action: 'sns:GetTopicAttributes',
      resource: `topic "${nameOrArn}"`,
      notFound: { code: 'TopicNotFound' },
    };
    const { Attributes } = await awsCall(site, () =>
      this.#client.send(new GetTopicAttributesCommand({ TopicArn: arn })),
    );
    return {
      arn,
      confirmed: Number(Attributes?.['SubscriptionsConfirmed'] ?? 0),
      pending: Number(Attributes?.['SubscriptionsPending'] ?? 0),
      kmsKeyId: Attributes?.['KmsMasterKeyId'] || null,
      policy: Attributes?.['Policy'] || null,
    };
  }

  async #arnOf(name: string): Promise<string> {
    const { accountId } = await (await this.#account()).identity();
    return `arn:aws:sns:${this.#region}:${accountId}:${name}`;
  }
}
