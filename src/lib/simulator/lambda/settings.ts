import type { Input } from '../kernel/service.ts';
import { constraint, invalidParameter, validation } from './errors.ts';
import type { FunctionSettings, LoggingConfig } from './function-model.ts';

const ROLE_PATTERN = 'arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+';
/** In the order in which AWS's error text lists them. */
const RUNTIMES: readonly string[] = [
  ...['nodejs20.x', 'python3.14', 'provided.al2023', 'python3.12', 'python3.13', 'nodejs24.x', 'nodejs22.x', 'java25'],
  ...['python3.10', 'python3.11', 'java21', 'ruby3.3', 'ruby3.4', 'ruby3.2', 'python3.8', 'python3.9', 'java17'],
  ...['nodejs16.x', 'dotnet10', 'dotnet8', 'java11', 'dotnet6', 'nodejs18.x', 'provided.al2', 'java8.al2'],
];
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
const RESERVED_KEYS: ReadonlySet<string> = new Set([
  ...['_HANDLER', '_X_AMZN_TRACE_ID', 'AWS_DEFAULT_REGION', 'AWS_REGION', 'AWS_EXECUTION_ENV'],
  ...['AWS_LAMBDA_FUNCTION_NAME', 'AWS_LAMBDA_FUNCTION_MEMORY_SIZE', 'AWS_LAMBDA_FUNCTION_VERSION'],
  ...['AWS_LAMBDA_INITIALIZATION_TYPE', 'AWS_LAMBDA_LOG_GROUP_NAME', 'AWS_LAMBDA_LOG_STREAM_NAME', 'AWS_ACCESS_KEY'],
  ...['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_LAMBDA_RUNTIME_API'],
  ...['LAMBDA_TASK_ROOT', 'LAMBDA_RUNTIME_DIR'],
]);
// https://docs.aws.amazon.com/lambda/latest/dg/snapstart.html: Java 11, Python 3.12, .NET 8 and later
const SNAP_START_RUNTIMES = /^(?:java(?:11|17|21|25)|python3\.1[2-9]|dotnet(?:8|10))$/;
const MAX_ENVIRONMENT_BYTES = 4096;

/** Settings of a new function, from CreateFunction's input. Throws as AWS does for what breaks a constraint. */
export function newSettings(name: string, input: Input): FunctionSettings {
  if (input.Role === undefined) throw validation(nullMember('role'));
  if (input.PackageType === 'Image') {
    throw invalidParameter('The simulator runs zip packages only; PackageType Image is not supported.');
  }
  if (input.Runtime === undefined) {
    throw invalidParameter(
      'Runtime and Handler are mandatory parameters for functions created with deployment packages.',
    );
  }
  checkSettings(input);
  return {
    Description: '',
    Timeout: 3,
    MemorySize: 128,
    PackageType: 'Zip',
    Architectures: input.Architectures ?? ['x86_64'],
    EphemeralStorage: { Size: 512 },
    TracingConfig: { Mode: 'PassThrough' },
    SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
    Role: input.Role,
    ...settable(input),
    LoggingConfig: logging(defaultLogging(name), input.LoggingConfig),
  };
}

/** The settings after UpdateFunctionConfiguration: members that the input leaves out keep their value. */
export function changedSettings(current: FunctionSettings, input: Input): FunctionSettings {
  checkSettings({ ...input, Runtime: input.Runtime ?? current.Runtime });
  const next = { ...current, ...settable(input), LoggingConfig: logging(current.LoggingConfig, input.LoggingConfig) };
  // An empty TargetArn takes the dead-letter queue away, an empty list the layers.
  if (next.DeadLetterConfig?.TargetArn === '') delete (next as { DeadLetterConfig?: unknown }).DeadLetterConfig;
  if (next.Layers?.length === 0) delete (next as { Layers?: unknown }).Layers;
  return next;
}

function settable(input: Input): Partial<FunctionSettings> {
  const picked: Record<string, unknown> = {};
  for (const member of ['Runtime', 'Role', 'Handler', 'Description', 'Timeout', 'MemorySize', 'KMSKeyArn']) {
    if (input[member] !== undefined) picked[member] = input[member];
  }
  if (input.EphemeralStorage !== undefined) picked.EphemeralStorage = { Size: input.EphemeralStorage.Size };
  if (input.TracingConfig !== undefined) picked.TracingConfig = { Mode: input.TracingConfig.Mode };
  if (input.SnapStart !== undefined) {
    picked.SnapStart = { ApplyOn: input.SnapStart.ApplyOn ?? 'None', OptimizationStatus: 'Off' };
  }
  if (input.Environment !== undefined) picked.Environment = { Variables: { ...input.Environment.Variables } };
  if (input.DeadLetterConfig !== undefined) {
    picked.DeadLetterConfig = { TargetArn: input.DeadLetterConfig.TargetArn ?? '' };
  }
  if (input.Layers !== undefined) picked.Layers = input.Layers.map((Arn: string) => ({ Arn, CodeSize: 0 }));
  return picked;
}

function defaultLogging(name: string): LoggingConfig {
  return { LogFormat: 'Text', LogGroup: `/aws/lambda/${name}` };
}

/** Levels exist for the JSON format only, and default to INFO (https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html). */
function logging(current: LoggingConfig, input: Input): LoggingConfig {
  if (input === undefined) return current;
  const LogFormat = input.LogFormat ?? current.LogFormat;
  const LogGroup = input.LogGroup ?? current.LogGroup;
  if (LogFormat === 'Text') return { LogFormat, LogGroup };
  return {
    LogFormat,
    LogGroup,
    ApplicationLogLevel: input.ApplicationLogLevel ?? current.ApplicationLogLevel ?? 'INFO',
    SystemLogLevel: input.SystemLogLevel ?? current.SystemLogLevel ?? 'INFO',
  };
}

function checkSettings(input: Input): void {
  const problems = [
    ...patternProblems(input.Role, 'role', ROLE_PATTERN),
    ...architectureProblems(input.Architectures),
    ...rangeProblems(input.Timeout, 'timeout', 1, 900),
    ...rangeProblems(input.MemorySize, 'memorySize', 128, 10_240),
    ...rangeProblems(input.EphemeralStorage?.Size, 'ephemeralStorage.size', 512, 10_240),
    ...lengthProblems(input.Description, 'description', 256),
    ...lengthProblems(input.Handler, 'handler', 128),
  ];
  if (problems.length > 0) throw validation(...problems);
  const runtime = input.Runtime;
  if (runtime !== undefined && !RUNTIMES.includes(runtime) && !String(runtime).startsWith('arn:')) {
    throw invalidParameter(
      `Value ${runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [${RUNTIMES.join(', ')}] or be a valid ARN`,
    );
  }
  checkSnapStart(input, runtime);
  checkEnvironment(input.Environment?.Variables);
}

function checkSnapStart({ SnapStart }: Input, runtime: string | undefined): void {
  const applyOn = SnapStart?.ApplyOn;
  if (applyOn === undefined || applyOn === 'None') return;
  if (applyOn !== 'PublishedVersions') {
    const rule = 'Member must satisfy enum value set: [PublishedVersions, None]';
    throw validation(constraint(String(applyOn), 'snapStart.applyOn', rule));
  }
  if (runtime !== undefined && !SNAP_START_RUNTIMES.test(runtime)) {
    throw invalidParameter(`${runtime} is not supported for SnapStart enabled functions.`);
  }
}

function checkEnvironment(variables: Record<string, string> | undefined): void {
  if (variables === undefined) return;
  const reserved = Object.keys(variables).filter((key) => RESERVED_KEYS.has(key));
  const unable =
    'Lambda was unable to configure your environment variables because the environment variables you have provided';
  if (reserved.length > 0) {
    throw invalidParameter(
      `${unable} contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${reserved.join(', ')}`,
    );
  }
  const text = JSON.stringify(variables);
  if (Buffer.byteLength(text) > MAX_ENVIRONMENT_BYTES) {
    throw invalidParameter(`${unable} exceeded the 4KB limit. String measured: ${text}`);
  }
}

function nullMember(member: string): string {
  return `Value null at '${member}' failed to satisfy constraint: Member must not be null`;
}

function patternProblems(value: unknown, member: string, pattern: string): string[] {
  if (value === undefined || new RegExp(`^(?:${pattern})$`).test(String(value))) return [];
  return [constraint(String(value), member, `Member must satisfy regular expression pattern: ${pattern}`)];
}

function architectureProblems(value: readonly string[] | undefined): string[] {
  if (value === undefined) return [];
  const text = `[${value.join(', ')}]`;
  if (value.length > 1) return [constraint(text, 'architectures', 'Member must have length less than or equal to 1')];
  if (value.every((each) => each === 'x86_64' || each === 'arm64')) return [];
  const rule =
    'Member must satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], Member must not be null]';
  return [constraint(text, 'architectures', rule)];
}

function rangeProblems(value: unknown, member: string, min: number, max: number): string[] {
  if (value === undefined) return [];
  const number = Number(value);
  if (number > max) return [constraint(String(value), member, `Member must have value less than or equal to ${max}`)];
  if (number < min)
    return [constraint(String(value), member, `Member must have value greater than or equal to ${min}`)];
  return [];
}

function lengthProblems(value: unknown, member: string, max: number): string[] {
  if (value === undefined || String(value).length <= max) return [];
  return [constraint(String(value), member, `Member must have length less than or equal to ${max}`)];
}
