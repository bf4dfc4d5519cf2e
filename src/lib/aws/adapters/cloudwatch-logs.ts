import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  FilterLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { CvopsError } from '../../errors/cvops-error.ts';
import type { ClientSetup } from '../client-options.ts';
import { type CallRules, guardClient } from '../guard-client.ts';
import {
  defaultLogGroup,
  type FunctionLogs,
  type LogLine,
  type LogPages,
  type LogQuery,
} from '../ports/function-logs.ts';
import type { LogGroupSettings, LogGroups, ReportLines } from '../ports/usage-source.ts';
import { awsCall, awsPages } from './aws-call.ts';

/** A search of a large group takes long. */
const RULES: CallRules = { slow: [FilterLogEventsCommand] };

/** What a function's last line of each invocation holds, in the plain and in the JSON format. */
const REPORTS = ['REPORT RequestId', 'platform.report'];

const UNREADABLE = new Set(['LogGroupNotFound', 'AccessDenied']);

/** {@link FunctionLogs}, {@link LogPages}, {@link LogGroups} and {@link ReportLines} over CloudWatch Logs. */
export class CloudWatchLogs implements FunctionLogs, LogPages, LogGroups, ReportLines {
  readonly #client: CloudWatchLogsClient;
  readonly #redactor: ClientSetup['redactor'];

  constructor(setup: ClientSetup) {
    this.#client = guardClient('logs', new CloudWatchLogsClient(setup.options), setup, RULES);
    this.#redactor = setup.redactor;
  }

  async find(functionName: string, options: LogQuery): Promise<readonly LogLine[] | null> {
    const lines: LogLine[] = [];
    try {
      for await (const page of this.pages(functionName, options)) lines.push(...page);
    } catch (error) {
      if (error instanceof CvopsError && UNREADABLE.has(error.code)) return null;
      throw error;
    }
    return lines.sort((a, b) => a.at - b.at);
  }

  async *reportLines(
    functionName: string,
    span: { readonly fromMs: number; readonly toMs: number },
    groups: readonly string[] = [],
  ): AsyncGenerator<readonly LogLine[]> {
    const query = { ...span, text: '', anyOf: REPORTS, limit: Number.POSITIVE_INFINITY };
    const all = groups.length > 0 ? groups : [defaultLogGroup(functionName)];
    for (const group of all) yield* this.pages(functionName, { ...query, group });
  }

  async *pages(functionName: string, options: LogQuery): AsyncGenerator<readonly LogLine[]> {
    const group = options.group ?? defaultLogGroup(functionName);
    const site = {
      action: 'logs:FilterLogEvents',
      resource: `log group "${group}"`,
      notFound: { code: 'LogGroupNotFound' },
    };
    const pattern = filterPattern(options);
    let left = options.limit;
    let next: string | undefined;
    do {
      const answer = await awsCall(site, () =>
        this.#client.send(
          new FilterLogEventsCommand({
            logGroupName: group,
            startTime: options.fromMs,
            endTime: options.toMs,
            limit: Math.min(left, 10_000),
            nextToken: next,
            ...(pattern === '' ? {} : { filterPattern: pattern }),
            ...(options.stream === undefined ? {} : { logStreamNames: [options.stream] }),
          }),
          options.signal === undefined ? {} : { abortSignal: options.signal },
        ),
      );
      const lines = (answer.events ?? [])
        .map((event) => ({
          at: event.timestamp ?? 0,
          stream: event.logStreamName ?? '',
          message: this.#readable((event.message ?? '').trimEnd()),
        }))
        .filter(({ stream }) => isOf(functionName, stream));
      left -= lines.length;
      yield lines;
      // A page may be empty and still have a next one.
      next = answer.nextToken;
    } while (next !== undefined && left > 0);
  }

  #readable(line: string): string {
    return this.#redactor?.text(line) ?? line;
  }

  async logGroups(): Promise<readonly LogGroupSettings[]> {
    const site = { action: 'logs:DescribeLogGroups', resource: 'the log groups of this account' };
    const groups = await awsPages(site, async (nextToken) => {
      const answer = await this.#client.send(new DescribeLogGroupsCommand({ nextToken }));
      return { items: answer.logGroups ?? [], next: answer.nextToken };
    });
    return groups.map(({ logGroupName = '', storedBytes = 0, retentionInDays }) => ({
      name: logGroupName,
      storedBytes,
      retentionDays: retentionInDays ?? null,
    }));
  }
}

/**
 * Several functions may log to one group; there their streams begin with their names after the day, as in
 * `2026/11/23/name[7]0f…`. A stream without a name is of whom the group is of.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html
 */
function isOf(functionName: string, stream: string): boolean {
  const named = /^\d{4}\/\d{2}\/\d{2}\/([\w-]+)\[/.exec(stream)?.[1];
  return named === undefined || named === functionName;
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
