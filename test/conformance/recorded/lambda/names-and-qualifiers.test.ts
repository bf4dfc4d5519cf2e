import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetFunctionCommand,
  InvokeCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LambdaUnderTest, ROLE, SOME_CODE } from './lambda-under-test.ts';

// The recorded matrix of names and qualifiers: what each operation makes of them on an account without functions.
const OPERATIONS = ['create_function', 'delete_function', 'get_function', 'invoke'] as const;
type OperationName = (typeof OPERATIONS)[number];
type Outcome = { readonly code: string; readonly problems: readonly string[] };

const REGION_PART = '((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?';
const CREATE_NAME = `(arn:(aws[a-zA-Z-]*)?:lambda:)?${REGION_PART}(\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?`;
const NAME = `(arn:(aws[a-zA-Z-]*)?:lambda:)?${REGION_PART}(\\d{12}:)?(function:)?([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?`;
const QUALIFIER = '\\$(LATEST(\\.PUBLISHED)?)|[a-zA-Z0-9-_$]+';
const ARN = 'arn:aws:lambda:us-east-1:111111111111:function';

const broken = (...problems: string[]): Outcome => ({ code: 'ValidationException', problems: problems.sort() });
const value = (text: string, member: string, rule: string) =>
  `Value '${text}' at '${member}' failed to satisfy constraint: ${rule}`;
const pattern = (text: string, member: string, expression: string) =>
  value(text, member, `Member must satisfy regular expression pattern: ${expression}`);
const length = (text: string, member: string, limit: number) =>
  value(text, member, `Member must have length less than or equal to ${limit}`);
const missing = (rest: string): Outcome => ({
  code: 'ResourceNotFoundException',
  problems: [`Function not found: ${ARN}:${rest}`],
});
const refused = (...problems: string[]): Outcome => ({ code: 'InvalidParameterValueException', problems });
const MISMATCH = refused('The derived qualifier from the function name does not match the specified qualifier.');

interface Case {
  readonly id: string;
  readonly name: string;
  readonly qualifier?: string;
  /** Undefined where AWS has no recorded answer. */
  readonly outcome: (operation: OperationName, name: string) => Outcome | undefined;
}

/** A name that no operation takes. */
const badName: Case['outcome'] = (operation, name) =>
  broken(pattern(name, 'functionName', operation === 'create_function' ? CREATE_NAME : NAME));
const a = (count: number) => 'a'.repeat(count);
const FAR = 'arn:aws:lambda:invalid-region:111111111111:function:my-function';

const CASES: readonly Case[] = [
  { id: 'invalid_characters_in_function_name', name: 'my-function!', outcome: badName },
  { id: 'function_name_is_single_invalid', name: '*', outcome: badName },
  { id: 'invalid_account_id_in_partial_arn', name: 'invalid-account:function:my-function', outcome: badName },
  { id: 'invalid_region_in_arn', name: FAR, outcome: badName },
  {
    id: 'non_lambda_arn',
    name: 'arn:aws:ec2:us-east-1:111111111111:instance:i-1234567890abcdef0',
    outcome: badName,
  },
  { id: 'full_arn_with_multiple_qualifiers', name: `${ARN}:my-function:1:2`, outcome: badName },
  { id: 'partial_arn_with_extra_qualifier', name: 'function:my-function:$LATEST:extra', outcome: badName },
  { id: 'missing_region_in_arn', name: 'arn:aws:lambda::111111111111:function:my-function', outcome: badName },
  { id: 'missing_account_id_in_arn', name: 'arn:aws:lambda:us-east-1::function:my-function', outcome: badName },
  { id: 'misspelled_latest_in_arn', name: `${ARN}:my-function:$LATES`, outcome: badName },
  {
    id: 'invalid_characters_in_qualifier',
    name: 'my-function',
    qualifier: 'invalid!',
    outcome: (operation, name) =>
      operation === 'create_function' ? badName(operation, name) : broken(pattern('invalid!', 'qualifier', QUALIFIER)),
  },
  {
    // Recorded twice, as qualifier_too_long0 too.
    id: 'qualifier_too_long',
    name: 'my-function',
    qualifier: a(129),
    outcome: (operation, name) =>
      operation === 'create_function'
        ? broken(length(name, 'functionName', 140))
        : broken(length(a(129), 'qualifier', 128)),
  },
  {
    // Recorded twice, as qualifier_too_long1 too.
    id: 'function_name_and_qualifier_too_long',
    name: 'my-function',
    qualifier: a(65),
    outcome: (operation) => {
      if (operation === 'create_function') return undefined;
      if (operation === 'delete_function') return refused('Deletion of aliases is not currently supported.');
      return missing(`my-function:${a(65)}`);
    },
  },
  {
    id: 'function_name_too_long',
    name: a(65),
    outcome: (operation, name) => {
      if (operation === 'create_function') return refused(length(name, 'functionName', 64));
      return missing(operation === 'invoke' ? `${name}:$LATEST` : name);
    },
  },
  {
    id: 'function_name_too_long_and_invalid_region',
    name: `${FAR}${a(170)}`,
    outcome: (operation, name) =>
      operation === 'create_function'
        ? broken(length(name, 'functionName', 140), pattern(name, 'functionName', CREATE_NAME))
        : badName(operation, name),
  },
  {
    id: 'full_arn_and_qualifier_too_long_and_invalid_region',
    name: `${FAR}-${a(170)}`,
    qualifier: a(129),
    outcome: (operation, name) =>
      operation === 'create_function'
        ? broken(length(name, 'functionName', 140), pattern(name, 'functionName', CREATE_NAME))
        : broken(length(a(129), 'qualifier', 128), pattern(name, 'functionName', NAME)),
  },
  {
    id: 'incomplete_arn',
    name: ARN,
    outcome: (operation) => {
      if (operation === 'create_function') return undefined;
      return missing(operation === 'invoke' ? 'function:$LATEST' : 'function');
    },
  },
  {
    id: 'latest_version_with_additional_qualifier',
    name: `${ARN}:my-function:$LATEST`,
    qualifier: '1',
    outcome: (operation, name) => (operation === 'create_function' ? badName(operation, name) : MISMATCH),
  },
  {
    id: 'lowercase_latest_qualifier',
    name: `${ARN}:my-function`,
    qualifier: '$latest',
    outcome: (operation, name) => {
      if (operation === 'create_function') return badName(operation, name);
      return missing(operation === 'delete_function' ? 'my-function' : 'my-function:$latest');
    },
  },
];

const MATRIX = CASES.flatMap(({ id, name, qualifier, outcome }) =>
  OPERATIONS.flatMap((operation) => {
    // CreateFunction has no qualifier: the recordings append it to the name.
    const full = operation === 'create_function' && qualifier !== undefined ? `${name}:${qualifier}` : name;
    const expected = outcome(operation, full);
    return expected === undefined ? [] : [{ id, operation, name: full, qualifier, expected }];
  }),
);

describe('names and qualifiers, as AWS took them', () => {
  let lambda: LambdaUnderTest;
  beforeAll(async () => {
    lambda = await LambdaUnderTest.start();
  });
  afterAll(() => lambda.close());

  const commands = {
    create_function: (FunctionName: string) =>
      new CreateFunctionCommand({
        FunctionName,
        Handler: 'index.handler',
        Code: { ZipFile: SOME_CODE },
        PackageType: 'Zip',
        Role: ROLE,
        Runtime: 'python3.12',
      }) as unknown as GetFunctionCommand,
    delete_function: (FunctionName: string, Qualifier?: string) =>
      new DeleteFunctionCommand({ FunctionName, Qualifier }) as unknown as GetFunctionCommand,
    get_function: (FunctionName: string, Qualifier?: string) => new GetFunctionCommand({ FunctionName, Qualifier }),
    invoke: (FunctionName: string, Qualifier?: string) =>
      new InvokeCommand({ FunctionName, Qualifier }) as unknown as GetFunctionCommand,
  };

  it.each(MATRIX)('test_function_name_and_qualifier_validation[$id-$operation]', async (row) => {
    const error = await lambda.client.send(commands[row.operation](row.name, row.qualifier)).then(
      () => undefined,
      (cause: Error) => cause,
    );
    const text = error?.message ?? '';
    const problems = text.includes('detected: ') ? text.slice(text.indexOf(': ') + 2).split('; ') : [text];
    expect({ code: error?.name, problems: problems.sort() }).toEqual(row.expected);
    if (row.expected.code === 'ValidationException') {
      const count = row.expected.problems.length;
      expect(text).toMatch(new RegExp(`^${count} validation error${count === 1 ? '' : 's'} detected: `));
    }
  });
});
