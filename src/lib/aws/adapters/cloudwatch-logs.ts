import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  FilterLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { classifyAwsError } from '../../errors/classify-aws-error.ts';
import { CvopsError } from '../../errors/cvops-error.ts';
import type { ClientSetup } from '../client-options.ts';
import { type CallRules, guardClient } from '../guard-client.ts';
import type { FunctionLogs, LogLine, LogQuery } from '../ports/function-logs.ts';
import type { LogGroupSettings, LogGroups } from '../ports/usage-source.ts';

/** A search of a large group takes long. */
const RULES: CallRules = { slow: [FilterLogEventsCommand] };

const UNREADABLE = new Set(['LogGroupNotFound', 'AccessDenied']);

/** {@link FunctionLogs} and {@link LogGroups} over CloudWatch Logs. */
export class CloudWatchLogs implements FunctionLogs, LogGroups {
  readonly #client: CloudWatchLogsClient;

  constructor(setup: ClientSetup) {
    this.#client = guardClient('logs', new CloudWatchLogsClient(setup.options), setup, RULES);
  }

  async find(functionName: string, options: LogQuery): Promise<readonly LogLine[] | null> {
    const group = `/aws/lambda/${functionName}`;
    const pattern = filterPattern(options);
    const lines: LogLine[] = [];
    let next: string | undefined;
    try {
      do {
        const answer = await this.#client.send(
          new FilterLogEventsCommand({
            logGroupName: group,
            startTime: options.fromMs,
            endTime: options.toMs,
            limit: Math.min(options.limit - lines.length, 10_000),
            nextToken: next,
            ...(pattern === '' ? {} : { filterPattern: pattern }),
            ...(options.stream === undefined ? {} : { logStreamNames: [options.stream] }),
          }),
          options.signal === undefined ? {} : { abortSignal: options.signal },
        );
        for (const event of answer.events ?? []) {
          lines.push({
            at: event.timestamp ?? 0,
            stream: event.logStreamName ?? '',
            message: (event.message ?? '').trimEnd(),
          });
        }
        // A page may be empty and still have a next one.
        next = answer.nextToken;
      } while (next !== undefined && lines.length < options.limit);
    } catch (cause) {
      const error = classifyAwsError(cause, {
        action: 'logs:FilterLogEvents',
        resource: `log group "${group}"`,
        notFound: { code: 'LogGroupNotFound' },
      });
      if (error instanceof CvopsError && UNREADABLE.has(error.code)) return null;
      throw error;
    }
    return lines.sort((a, b) => a.at - b.at);
  }

  async logGroups(): Promise<readonly LogGroupSettings[]> {
    const groups: LogGroupSettings[] = [];
    let next: string | undefined;
    try {
      do {
        const answer = await this.#client.send(new DescribeLogGroupsCommand({ nextToken: next }));
        for (const { logGroupName = '', storedBytes = 0, retentionInDays } of answer.logGroups ?? []) {
          groups.push({ name: logGroupName, storedBytes, retentionDays: retentionInDays ?? null });
        }
        next = answer.nextToken;
      } while (next !== undefined);
      return groups;
    } catch (cause) {
      throw classifyAwsError(cause, {
        action: 'logs:DescribeLogGroups',
        resource: 'the log groups of this account',
      });
    }
  }
}

/**
 * A term with other characters than letters and digits must stand in quotes; `?` before terms asks for any of them.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
function filterPattern({ text, anyOf = [] }: LogQuery): string {
  const quoted = (term: string) => `"${term.replace(/(["\\])/g, '\\$1')}"`;
  const bare = (term: string) => (/^[A-Za-z0-9]+$/.test(term) ? term : quoted(term));
  // Beside a required term the optional ones are ignored.
  return text === '' ? anyOf.map((term) => `?${bare(term)}`).join(' ') : quoted(text);
}
