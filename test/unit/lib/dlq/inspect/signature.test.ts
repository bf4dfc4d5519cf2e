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

/** Whole lines as other runtimes write them. */
const OTHER_RUNTIMES: readonly (readonly [what: string, one: string, same: string, other: string])[] = [
  [
    'Python: a value and a key that is not there',
    '[ERROR] ValueError: invalid literal for int() with base 10: \'abc\'\nTraceback (most recent call last):\n  File "/var/task/a.py", line 1, in h',
    '[ERROR] ValueError: invalid literal for int() with base 10: \'x y 7\'\nTraceback (most recent call last):\n  File "/var/task/a.py", line 1, in h',
    '[ERROR] KeyError: \'userId\'\nTraceback (most recent call last):\n  File "/var/task/a.py", line 1, in h',
  ],
  [
    'Python: names of keys',
    '[ERROR] KeyError: \'userId\'\nTraceback (most recent call last):\n  File "/var/task/a.py", line 1, in h',
    '[ERROR] KeyError: \'userId\'\nTraceback (most recent call last):\n  File "/var/task/a.py", line 99, in h',
    '[ERROR] KeyError: \'amount\'\nTraceback (most recent call last):\n  File "/var/task/a.py", line 1, in h',
  ],
  [
    'boto3: the code of the service',
    '[ERROR] ClientError: An error occurred (ThrottlingException) when calling the PutItem operation (reached max retries: 4): Rate exceeded\nTraceback (most recent call last):\n  File "a.py", line 1, in h',
    '[ERROR] ClientError: An error occurred (ThrottlingException) when calling the PutItem operation (reached max retries: 9): Rate exceeded\nTraceback (most recent call last):\n  File "a.py", line 1, in h',
    '[ERROR] ClientError: An error occurred (AccessDeniedException) when calling the PutItem operation: Rate exceeded\nTraceback (most recent call last):\n  File "a.py", line 1, in h',
  ],
  [
    'Java: what was null',
    'java.lang.NullPointerException: Cannot invoke "Event.getUser()" because "event" is null\n\tat a.B.c(B.java:1)',
    'java.lang.NullPointerException: Cannot invoke "Event.getUser()" because "event" is null\n\tat a.B.c(B.java:77)',
    'java.lang.NullPointerException: Cannot invoke "Order.getItem()" because "order" is null\n\tat a.B.c(B.java:1)',
  ],
  [
    'Java: the root cause below a wrapper',
    'java.lang.RuntimeException: failed\n\tat a.B.c(B.java:1)\nCaused by: java.net.SocketTimeoutException: connect timed out after 5000 ms',
    'java.lang.RuntimeException: failed\n\tat a.B.c(B.java:1)\nCaused by: java.net.SocketTimeoutException: connect timed out after 800 ms',
    'java.lang.RuntimeException: failed\n\tat a.B.c(B.java:1)\nCaused by: java.sql.SQLException: ORA-00942: no such table',
  ],
  [
    'a timeout and a crash',
    '2026-08-07T12:00:00.000Z aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee Task timed out after 3.00 seconds',
    '2026-08-07T13:00:00.000Z bbbbbbbb-bbbb-4ccc-8ddd-eeeeeeeeeeee Task timed out after 30.03 seconds',
    'RequestId: aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee Error: Runtime exited with error: signal: killed',
  ],
];

describe('a signature', () => {
  test.each(OTHER_RUNTIMES)('holds together and tells apart: %s', (_, one, same, other) => {
    const of = (message: string) => signatureOf(failureCause({ at: 1, stream: 's', message })!);
    expect(of(same)).toBe(of(one));
    expect(of(other)).not.toBe(of(one));
  });

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
