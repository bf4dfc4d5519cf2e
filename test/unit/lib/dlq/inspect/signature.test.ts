import { describe, expect, test } from 'vitest';
import { failureCause, signatureOf } from '../../../../../src/lib/dlq/inspect/failure-cause.ts';

/** The signature of an error that Node logged in Lambda's plain format. */
function signature(text: string): string {
  const message = `2026-08-07T12:00:00.000Z\taaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee\tERROR\t${text}`;
  return signatureOf(failureCause({ at: 1, stream: 's', message })!);
}

const ONE_CAUSE: readonly (readonly [what: string, ...texts: string[]])[] = [
  [
    'a missing item',
    'NotFoundError: no item 3f1c1b1e-8a53-4a3e-9d0b-1f6f1c1b1e8a',
    'NotFoundError: no item 11111111-2222-4333-8444-555555555555',
  ],
  [
    'malformed JSON of Node 20',
    'SyntaxError: Unexpected token \'H\', "Hello wor"... is not valid JSON',
    'SyntaxError: Unexpected token \'<\', "<html><bo"... is not valid JSON',
  ],
  [
    'malformed JSON of Node 18',
    'SyntaxError: Unexpected token H in JSON at position 0',
    'SyntaxError: Unexpected token } in JSON at position 117',
  ],
  [
    'a comma too few',
    "SyntaxError: Expected ',' or '}' after property value in JSON at position 42 (line 1 column 43)",
    "SyntaxError: Expected ',' or '}' after property value in JSON at position 7 (line 3 column 2)",
  ],
  [
    'an item too large',
    'ValidationException: Item size has exceeded the maximum allowed size: 412345 bytes',
    'ValidationException: Item size has exceeded the maximum allowed size: 600001 bytes',
  ],
  [
    'a missing permission',
    'AccessDeniedException: User: arn:aws:sts::111111111111:assumed-role/r/a is not authorized to perform: dynamodb:PutItem on resource: arn:aws:dynamodb:us-east-1:111111111111:table/events because no identity-based policy allows the dynamodb:PutItem action',
    'AccessDeniedException: User: arn:aws:sts::222222222222:assumed-role/r/b is not authorized to perform: dynamodb:PutItem on resource: arn:aws:dynamodb:us-east-1:222222222222:table/events because no identity-based policy allows the dynamodb:PutItem action',
  ],
  [
    'a service that refuses connections',
    'Error: connect ECONNREFUSED 10.0.3.17:5432',
    'Error: connect ECONNREFUSED 10.0.4.2:5432',
  ],
  ['a slow service', 'TimeoutError: timeout of 5000ms exceeded', 'TimeoutError: timeout of 10000ms exceeded'],
  [
    'one URL of a service',
    'FetchError: request to https://api.example.com/users/42?x=1 failed, reason: socket hang up',
    'FetchError: request to https://api.example.com/users/43 failed, reason: socket hang up',
  ],
  ['an order', 'OrderError: order ord-7781 is closed', 'OrderError: order ord-9 is closed'],
  ['a mail address', 'MailError: ana@example.org bounced', 'MailError: li.wei+x@example.co.uk bounced'],
  ['a time', 'LateError: expired at 2026-08-07T12:00:01.123Z', 'LateError: expired at 2026-08-09T01:02:03Z'],
  [
    'a quoted value',
    'RangeError: Invalid time zone specified: "Mars/Base 1"',
    'RangeError: Invalid time zone specified: "Moon/Base 22"',
  ],
  [
    'a validator’s list of issues, with other values at other places of a list',
    'ZodError: [\n  {\n    "code": "invalid_type",\n    "path": [\n      "items",\n      0,\n      "price"\n    ],\n    "message": "Expected number, received string"\n  }\n]',
    'ZodError: [\n  {\n    "code": "invalid_type",\n    "path": [\n      "items",\n      4,\n      "price"\n    ],\n    "message": "Expected number, received string"\n  }\n]',
  ],
  [
    'a unique key',
    'MongoServerError: E11000 duplicate key error collection: app.users index: email_1 dup key: { email: "a@example.org" }',
    'MongoServerError: E11000 duplicate key error collection: app.users index: email_1 dup key: { email: "b@example.org" }',
  ],
];

const TWO_CAUSES: readonly (readonly [what: string, one: string, other: string])[] = [
  ['other errors with the same words', 'TypeError: boom', 'RangeError: boom'],
  [
    'other properties of nothing',
    "TypeError: Cannot read properties of undefined (reading 'userId')",
    "TypeError: Cannot read properties of undefined (reading 'amount')",
  ],
  [
    'other HTTP statuses',
    'AxiosError: Request failed with status code 404',
    'AxiosError: Request failed with status code 500',
  ],
  [
    'other modules',
    "Error: Cannot find module 'zod'\nRequire stack:\n- /var/task/index.js",
    "Error: Cannot find module 'aws-sdk'\nRequire stack:\n- /var/task/index.js",
  ],
  [
    'other permissions',
    'AccessDeniedException: not authorized to perform: dynamodb:PutItem',
    'AccessDeniedException: not authorized to perform: sns:Publish',
  ],
  [
    'other missing fields',
    "ValidationError: must have required property 'email'",
    "ValidationError: must have required property 'name'",
  ],
  [
    'other issues of a validator',
    'ZodError: [{"path":["email"],"message":"Required"}]',
    'ZodError: [{"path":["name"],"message":"Required"}]',
  ],
  ['other Oracle errors', 'Error: ORA-00942: table missing', 'Error: ORA-00001: table missing'],
  ['other system errors', 'Error: read ECONNRESET', 'Error: read ETIMEDOUT'],
  ['other hosts', 'Error: getaddrinfo ENOTFOUND db.internal', 'Error: getaddrinfo ENOTFOUND cache.internal'],
  [
    'a throttled table and a failed condition',
    'ThrottlingException: Rate exceeded',
    'ConditionalCheckFailedException: The conditional request failed',
  ],
  [
    'other root causes below the same wrapper',
    'HandlerError: could not process\n    at f (/var/task/a.js:1:1) {\n  [cause]: TypeError: x is not a function\n',
    'HandlerError: could not process\n    at f (/var/task/a.js:1:1) {\n  [cause]: RangeError: Invalid array length\n',
  ],
];

describe('a signature', () => {
  test.each(ONE_CAUSE)('is one for %s', (_, ...texts) => {
    expect(new Set(texts.map(signature)).size).toBe(1);
  });

  test.each(TWO_CAUSES)('is not one for %s', (_, one, other) => {
    expect(signature(one)).not.toBe(signature(other));
  });

  test('names the field and the problem of a validator in one line', () => {
    const zod =
      'ZodError: [{"path":["items",0,"price"],"message":"Expected number"},{"path":["id"],"message":"Required"}]';
    expect(signature(zod)).toBe('ZodError: items.*.price: Expected number; id: Required');
    const pydantic =
      "ValidationError: 2 validation errors for Event\nuserId\n  Field required [type=missing, input_value={'id': 1}, input_type=dict]\nat\n  Input should be a valid string [type=string_type, input_value=3, input_type=int]";
    expect(signature(pydantic)).toBe('ValidationError: userId: Field required; at: Input should be a valid string');
  });

  test('stays short, whatever the message quotes', () => {
    expect(signature(`Error: ${'so long '.repeat(1_000)}`).length).toBeLessThan(180);
  });
});
