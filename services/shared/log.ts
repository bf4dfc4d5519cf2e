export type Level = 'INFO' | 'WARN' | 'ERROR';

/** Writes one structured line. */
export type Log = (level: Level, message: string, fields?: Readonly<Record<string, unknown>>) => void;

/**
 * A log of JSON lines, each with `timestamp`, `level`, `message` and `context`. In a Lambda they go to stdout as they
 * are: the console methods would wrap them into a second JSON document
 * (https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html).
 */
export function jsonLog(write: (line: string) => void, context: Readonly<Record<string, unknown>> = {}): Log {
  return (level, message, fields = {}) => {
    write(JSON.stringify({ timestamp: new Date().toISOString(), level, message, ...context, ...fields }));
  };
}

/** An error as a log field. */
export function errorField(cause: unknown): { name: string; message: string; stack?: string | undefined } {
  if (cause instanceof Error) return { name: cause.name, message: cause.message, stack: cause.stack };
  return { name: 'Error', message: String(cause) };
}
