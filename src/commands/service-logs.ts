import { defaultLogGroup, type FunctionLogs, type LogPages } from '../lib/aws/ports/function-logs.ts';
import { DEFAULT_ALIAS, type ServiceConfig } from '../lib/config/config.ts';
import type { Context } from '../lib/context.ts';
import type { Warning } from '../lib/io/outcome.ts';
import { ConfiguredLogs } from '../lib/logs/configured-logs.ts';
import { LOG_ACCESS } from '../lib/logs/log-access.ts';
import { settled } from '../lib/usage/settled.ts';

/** Where the service's functions log. */
export interface ServiceLogs {
  readonly reader: FunctionLogs & LogPages;
  /** Whether Lambda knows the function; false while nobody has asked. */
  isThere(functionName: string): boolean;
  /** What is not known of the logs that were read so far. */
  warnings(): readonly Warning[];
  /** The service's own log was searched for a verdict and could not be read: the verdict comes from the queue. */
  unheard(): readonly Warning[];
}

const NOT_THERE: ReadonlySet<string> = new Set(['VersionNotFound', 'FunctionNotFound']);

/**
 * Logs where the settings of each function say that they are; of the service's own, those of what its alias serves. A
 * function is asked with the first line that is read of it. Where it may not be asked its log is looked for in the default
 * group, with a warning.
 */
export async function serviceLogs(
  context: Pick<Context, 'functions' | 'functionLogs'>,
  service: Pick<ServiceConfig, 'function' | 'alias'>,
): Promise<ServiceLogs> {
  const warnings: Warning[] = [];
  const known = new Set<string>();
  const groupsOf = async (functionName: string): Promise<readonly string[]> => {
    const functions = await context.functions();
    const served = functionName === service.function ? [service.alias ?? DEFAULT_ALIAS] : [];
    for (const qualifier of [...served, '$LATEST']) {
      const { value, gap } = await settled(() => functions.getVersion(functionName, qualifier));
      if (value !== undefined) {
        known.add(functionName);
        return [value.logGroup];
      }
      if (NOT_THERE.has(gap.code)) continue;
      const group = defaultLogGroup(functionName);
      const message = `whether ${functionName} logs elsewhere than to ${group} is not known: ${gap.message}`;
      warnings.push({ code: 'LogGroupUnknown', message });
      break;
    }
    return [defaultLogGroup(functionName)];
  };
  const reader = new ConfiguredLogs(await context.functionLogs(), groupsOf);
  return {
    reader,
    isThere: (functionName) => known.has(functionName),
    warnings: () => warnings,
    unheard() {
      if (service.function === undefined || !reader.unread.has(service.function)) return [];
      const message = `the function’s log cannot be read (${LOG_ACCESS}): the verdict comes from the queue alone, and later.`;
      return [{ code: 'LogsUnreadable', message }];
    },
  };
}
