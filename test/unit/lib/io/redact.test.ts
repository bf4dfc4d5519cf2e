import { describe, expect, test } from 'vitest';
import { Redactor } from '../../../../src/lib/io/redact.ts';

const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';

describe('what the environment holds as a secret', () => {
  test.each([
    'AWS_SECRET_ACCESS_KEY',
    'AWS_SESSION_TOKEN',
    'TFE_TOKEN',
    'TF_TOKEN_app_terraform_io',
    'CLOUDFLARE_API_TOKEN',
    'CLOUDFLARE_API_KEY',
    'GITHUB_TOKEN',
    'TF_VAR_db_password',
  ])('%s is taken out of text', (name) => {
    expect(new Redactor({ [name]: SECRET }).text(`a ${SECRET} b`)).toBe('a ••• b');
  });

  test.each([
    ['AWS_WEB_IDENTITY_TOKEN_FILE', '/var/run/secrets/token'],
    ['AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE'],
    ['AWS_SECRET_ACCESS_KEY', 'localstack'],
  ])('%s=%s is none', (name, value) => {
    expect(new Redactor({ [name]: value }).text(`a ${value} b`)).toBe(`a ${value} b`);
  });

  test('leaves as many bytes as there were', () => {
    const answer = Buffer.from(`{"said":"${SECRET}"}`);
    expect(new Redactor({ TFE_TOKEN: SECRET }).bytes(answer).toString()).toBe(`{"said":"${'*'.repeat(40)}"}`);
  });

  test('is found where it is quoted in a URL or in JSON', () => {
    const redactor = new Redactor({ TFE_TOKEN: 'quote"in/the middle' });
    expect(redactor.text(`?t=${encodeURIComponent('quote"in/the middle')}`)).toBe('?t=•••');
    expect(redactor.text(JSON.stringify(['quote"in/the middle']))).toBe('["•••"]');
  });

  test.each([
    ['a certificate', 'x'.repeat(1_000_000)],
    ['half a surrogate pair', 'half a pair: \ud800'],
    ['signs of regular expressions', '($&|[^a-z]*+?.)\\d{2,}$1'],
  ])('may be as long as it likes and hold any signs: %s', (_, secret) => {
    const redactor = new Redactor({ TFE_TOKEN: SECRET, TLS_SECRET: secret });
    expect(redactor.text(`a ${secret} b ${SECRET}`)).toBe('a ••• b •••');
  });

  test('is taken out whole when another is its beginning', () => {
    const redactor = new Redactor({});
    redactor.learn('beginning-of-it');
    redactor.learn('beginning-of-it-and-end');
    expect(redactor.text('beginning-of-it-and-end')).toBe('•••');
  });
});

describe('what is a secret by its shape', () => {
  const redactor = new Redactor({});
  test.each([
    ['https://user:pa:ss@host/x', 'https://•••@host/x'],
    ['at https://token@host.example', 'at https://•••@host.example'],
    ['?X-Amz-Signature=0a1b2c&X-Amz-Date=1', '?X-Amz-Signature=•••&X-Amz-Date=1'],
    ['x-amz-security-token: FwoGZX/+a=', 'x-amz-security-token: •••'],
    [`SignedHeaders=host, Signature=${'0a'.repeat(32)}`, 'SignedHeaders=host, Signature=•••'],
    ['Authorization: Basic dTpw', 'Authorization: Basic •••'],
    ['{"authorization":"Bearer abc.def-1"}', '{"authorization":"Bearer •••"}'],
    [`aws_secret_access_key = ${SECRET}`, 'aws_secret_access_key = •••'],
    [`{"AWS_SESSION_TOKEN":"${SECRET}"}`, '{"AWS_SESSION_TOKEN":"•••"}'],
    [`<SecretAccessKey>${SECRET}</SecretAccessKey>`, '<SecretAccessKey>•••</SecretAccessKey>'],
  ])('%s', (text, clean) => {
    expect(redactor.text(text)).toBe(clean);
  });

  test.each([
    'https://docs.aws.amazon.com/lambda/latest/dg/@x',
    'mail ops@example.com about http://host/a@b',
    'Basic authentication is needed',
    'Bearer of bad news',
    'arn:aws:sqs:us-east-1:000000000000:cv-analytics-queue.fifo',
    'token: none',
  ])('%s stays', (text) => {
    expect(redactor.text(text)).toBe(text);
  });
});

describe('values and bytes', () => {
  const redactor = new Redactor({ TFE_TOKEN: SECRET });

  test('texts are cleaned at any depth; what holds none stays the same object', () => {
    const clean = { a: [1, { b: 'x' }] };
    expect(redactor.value(clean)).toBe(clean);
    const at = new Date(0);
    expect(redactor.value({ a: [1, { b: `x${SECRET}` }], at, none: null })).toEqual({
      a: [1, { b: 'x•••' }],
      at,
      none: null,
    });
  });

  test('bytes keep their number', () => {
    const bytes = Buffer.from(`é ${SECRET} ✓ https://u:p@h`);
    const clean = redactor.bytes(bytes);
    expect(clean.toString()).toBe(`é ${'*'.repeat(SECRET.length)} ✓ https://***@h`);
    expect(clean).toHaveLength(bytes.length);
  });
});
