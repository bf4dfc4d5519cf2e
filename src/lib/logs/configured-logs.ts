import type { FunctionLogs, LogLine, LogPages, LogQuery } from '../aws/ports/function-logs.ts';
import { CvopsError } from '../errors/cvops-error.ts';
import { onceEach } from '../once-each.ts';

/** The log groups of a function, at least one; several where its versions log to different ones. */
export type LogGroupsOf = (functionName: string) => Promise<readonly string[]>;

/** Reads each function's lines where the function logs, instead of in `/aws/lambda/<function>`. */
export class ConfiguredLogs implements FunctionLogs, LogPages {
  readonly #logs: FunctionLogs & LogPages;
  readonly #groups: LogGroupsOf;

  /** Functions of whom a search found no log that it could read. */
  readonly unread = new Set<string>();

  constructor(logs: FunctionLogs & LogPages, groupsOf: LogGroupsOf) {
    this.#logs = logs;
    this.#groups = onceEach(groupsOf);
  }

  /** Null where none of the groups can be read: a version that never ran has not made its own yet. */
  async find(functionName: string, query: LogQuery): Promise<readonly LogLine[] | null> {
    const groups = await this.#groups(functionName);
    const answers = await Promise.all(groups.map((group) => this.#logs.find(functionName, { ...query, group })));
    const read = answers.filter((lines) => lines !== null);
    if (read.length > 0) {
      return read
        .flat()
        .sort((a, b) => a.at - b.at)
        .slice(0, query.limit);
    }
    this.unread.add(functionName);
    return null;
  }

  async *pages(functionName: string, query: LogQuery): AsyncGenerator<readonly LogLine[]> {
    let left = query.limit;
    const missing: CvopsError[] = [];
    const groups = await this.#groups(functionName);
    for (const group of groups) {
      if (left <= 0) return;
      try {
        for await (const lines of this.#logs.pages(functionName, { ...query, group, limit: left })) {
          left -= lines.length;
          yield lines;
        }
      } catch (cause) {
        if (!(cause instanceof CvopsError) || cause.code !== 'LogGroupNotFound') throw cause;
        missing.push(cause);
      }
    }
    if (missing.length === groups.length) throw missing[0];
  }
}
