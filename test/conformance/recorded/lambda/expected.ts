import { OTHER_CODE, SOME_CODE } from './lambda-under-test.ts';

type Members = Readonly<Record<string, unknown>>;

/** `arn:…:function:<function-name:1>`, or of another function or with a qualifier. */
export function functionArn(rest = '<function-name:1>'): string {
  return `arn:<partition>:lambda:<region>:111111111111:function:${rest}`;
}

export function status(code: number): Members {
  return { ResponseMetadata: { HTTPStatusCode: code } };
}

/** What a recorded FunctionConfiguration holds unless the case says otherwise; undefined takes a member out. */
export function configuration(members: Members = {}): Members {
  return without({ ...listed(), RuntimeVersionConfig: runtime(2), ...members });
}

/** As `configuration`, in the form of the list operations. */
export function listed(members: Members = {}): Members {
  return without({
    Architectures: ['x86_64'],
    CodeSha256: '<code-sha:1>',
    CodeSize: SOME_CODE.length,
    Description: '',
    EphemeralStorage: { Size: 512 },
    FunctionArn: functionArn(),
    FunctionName: '<function-name:1>',
    Handler: 'index.handler',
    LastModified: 'date',
    LoggingConfig: { LogFormat: 'Text', LogGroup: '/aws/lambda/<function-name:1>' },
    MemorySize: 128,
    PackageType: 'Zip',
    Role: 'arn:<partition>:iam::111111111111:role/<resource:1>',
    Runtime: 'python3.12',
    SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
    Timeout: 3,
    TracingConfig: { Mode: 'PassThrough' },
    Version: '$LATEST',
    ...members,
  });
}

export const OTHER = { CodeSha256: '<code-sha:2>', CodeSize: OTHER_CODE.length } as const;
export const PENDING = {
  State: 'Pending',
  StateReason: 'The function is being created.',
  StateReasonCode: 'Creating',
} as const;
export const ACTIVE = { State: 'Active', LastUpdateStatus: 'Successful' } as const;
export const UPDATING = {
  State: 'Active',
  LastUpdateStatus: 'InProgress',
  LastUpdateStatusReason: 'The function is being created.',
  LastUpdateStatusReasonCode: 'Creating',
} as const;

export function runtime(n: number): Members {
  return { RuntimeVersionArn: `arn:<partition>:lambda:<region>::runtime:<resource:${n}>` };
}

/** GetFunction's answer around a configuration; each package has a place of its own. */
export function got(configurationMembers: Members): Members {
  return {
    Code: { Location: `<location:${/\d/.exec(String(configurationMembers['CodeSha256']))}>`, RepositoryType: 'S3' },
    Configuration: configurationMembers,
    ...status(200),
  };
}

/** An error with `Type: 'User'`. */
export function userError(code: number, name: string, text: string): Members {
  return { Error: { Code: name, Message: text }, Type: 'User', ...status(code) };
}

export function notFound(text: string): Members {
  return userError(404, 'ResourceNotFoundException', text);
}

export function invalidParameter(text: string): Members {
  return userError(400, 'InvalidParameterValueException', text);
}

/** A broken constraint of the model; these carry no Type. */
export function validation(text: string): Members {
  return {
    Error: { Code: 'ValidationException', Message: `1 validation error detected: ${text}` },
    ...status(400),
  };
}

export const STALE_REVISION = userError(
  412,
  'PreconditionFailedException',
  'The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
);

function without(members: Members): Members {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
