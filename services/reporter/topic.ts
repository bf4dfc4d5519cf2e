import { type AwsApi, isTransient } from '../shared/aws-api.ts';
import { retry } from '../shared/retry.ts';
import type { Mail } from './mail.ts';

/** Where the reporter sends its mail. */
export interface Topic {
  /** Answers the message id. */
  publish(mail: Mail): Promise<string>;
}

export interface TopicOptions {
  readonly api: Pick<AwsApi, 'query'>;
  readonly topicArn: string;
  readonly random?: () => number;
  readonly sleep?: (ms: number) => Promise<void>;
}

/** The topic in SNS. A lost answer may mean a second mail; a missing one would be worse. */
export function snsTopic({ api, topicArn, ...timing }: TopicOptions): Topic {
  return {
    async publish({ subject, body }) {
      const xml = await retry(
        () =>
          api.query({ Action: 'Publish', Version: '2010-03-31', TopicArn: topicArn, Subject: subject, Message: body }),
        { attempts: 3, baseMs: 500, maxMs: 2_000, retryable: isTransient, ...timing },
      );
      return /<MessageId>([^<]+)<\/MessageId>/.exec(xml)?.[1] ?? '';
    },
  };
}
