import { describe, expect, test } from 'vitest';
import type { Config } from '../../../../src/lib/config/config.ts';
import { findService } from '../../../../src/lib/config/find-service.ts';
import { parseConfig } from '../../../../src/lib/config/parse-config.ts';
import type { CvopsError } from '../../../../src/lib/errors/cvops-error.ts';

function refusal(text: string): CvopsError {
  try {
    parseConfig(text, 'f.json');
  } catch (cause) {
    return cause as CvopsError;
  }
  throw new Error('nothing was refused');
}

describe('a configuration is refused with line, column, field, value, and what is expected', () => {
  test.each([
    ['{"region": 5, "services": {}}', '1:12: "region" is 5, a number; the name of a region is expected.', 'eu-west-2'],
    ['{"services": []}', '1:14: "services" is a list; an object is expected.', '"processor"'],
    ['{"services": {"p": true}}', '1:20: "services.p" is true, a truth value; an object is expected.', '"p": {'],
    [
      '{"services": {"p": {"queue": null}}}',
      '1:30: "services.p.queue" is null; the name of a queue is expected.',
      '"queue": "my-queue.fifo"',
    ],
    [
      '{"services": {"p": {"function": ""}}}',
      '1:33: "services.p.function" is ""; the name of a Lambda function is expected.',
      '"my-function"',
    ],
    [
      '{"services": {"p": {"alias": "7"}}}',
      '1:30: "services.p.alias" is "7"; the name of an alias is expected.',
      '"live"',
    ],
    [
      '{"endpointUrl": "localhost:4566", "services": {}}',
      '1:17: "endpointUrl" is "localhost:4566"; an http or https URL is expected.',
      'http://127.0.0.1:4566',
    ],
    ['{"version": 2, "services": {}}', '1:13: "version" is 2, a number; the number 1 is expected.', 'version 1'],
    [
      '{"services": {}, "terraform": {"hostname": "https://app.terraform.io"}}',
      '1:44: "terraform.hostname" is "https://app.terraform.io"; a host name is expected.',
      '"app.terraform.io"',
    ],
    [
      '{"services": {}, "terraform": {"organization": ""}}',
      '1:48: "terraform.organization" is ""; the name of an organisation is expected.',
      '"my-organisation"',
    ],
    [
      '{"services": {}, "terraform": {"organisation": "a"}}',
      '1:32: there is no field "terraform.organisation".',
      'did you mean "organization"?',
    ],
    [
      '{"services": {"p": {"workspace": "a b"}}}',
      '1:34: "services.p.workspace" is "a b"; the name of an HCP Terraform workspace is expected.',
      '"my-workspace"',
    ],
    ['[]', '1:1: the file is a list; an object is expected.', 'docs/configuration.md'],
    ['{}', '1:1: "services" is missing.', '"services": {'],
    ['{"services": {"a b": {}}}', '1:15: "a b" cannot be the name of a service.', 'letters'],
    ['{"services": {}, "usage": 5}', '1:27: "usage" is 5, a number; an object is expected.', '"declared": {'],
    [
      '{"services": {}, "usage": {"currency": {"code": "gbp", "rate": 0.76, "asOf": "2026-11-01"}}}',
      '1:49: "usage.currency.code" is "gbp"; a currency in three capital letters is expected.',
      '"GBP"',
    ],
    [
      '{"services": {}, "usage": {"currency": {"code": "GBP", "rate": 0, "asOf": "2026-11-01"}}}',
      '1:64: "usage.currency.rate" is 0, a number; a number above 0, what one US dollar is, is expected.',
      '0.76',
    ],
    [
      '{"services": {}, "usage": {"currency": {"code": "GBP", "rate": 0.76, "asOf": "2026-02-30"}}}',
      '1:78: "usage.currency.asOf" is "2026-02-30"; the day of the rate, YYYY-MM-DD, is expected.',
      '"2026-11-01"',
    ],
    [
      '{"services": {}, "usage": {"currency": {"code": "GBP", "rate": 0.76}}}',
      '1:40: "usage.currency.asOf" is missing.',
      '"asOf": "2026-11-01"',
    ],
    [
      '{"services": {}, "usage": {"declared": {"githubMinutes": -1}}}',
      '1:58: "usage.declared.githubMinutes" is -1, a number; a whole number from 0 up is expected.',
      '300',
    ],
    ['{"services": {"__proto__": {}}}', '1:15: "__proto__" is no name.', 'rename'],
  ])('%s', (text, message, hint) => {
    const error = refusal(text);
    expect(error).toMatchObject({ code: 'InvalidConfig', exitCode: 4, message: `f.json:${message}` });
    expect(error.hint).toContain(hint);
  });

  test('a field of the usage section that is misspelt is named with those that there are', () => {
    const error = refusal('{"services": {}, "usage": {"declared": {"githubMinuts": 1}}}');
    expect(error.message).toContain('there is no field "usage.declared.githubMinuts".');
    expect(error.hint).toBe(
      'did you mean "githubMinutes"? "usage.declared" has: hcpManagedResources, githubMinutes, cloudflareRequestsPerDay.',
    );
  });

  test('text that is no JSON says what was expected where', () => {
    expect(refusal('{\n  "services": {\n    "p": { "function": "f"').message).toBe(
      'f.json:3:27: a closing brace is expected.',
    );
    expect(refusal('{"services": {} "region": "x"}').message).toContain('a comma is expected');
    expect(refusal("{'services': {}}").message).toContain('double quotes');
    expect(refusal(' \n').message).toBe('f.json:1:1: the file is empty.');
    expect(refusal('\ufeff{\0"\0').message).toBe('f.json:1:1: the file is not UTF-8 text.');
  });

  test('no hint names a command that is not there', () => {
    for (const text of ['', '{', '{}', '[]', '{"x": 1}']) expect(refusal(text).hint).not.toContain('cvops init');
  });
});

describe('a misspelt field', () => {
  test('of the file is named with its suggestion, before what is missing because of it', () => {
    const error = refusal('{\n  "servces": {}\n}');
    expect(error.message).toBe('f.json:2:3: there is no field "servces".');
    expect(error.hint).toMatch(/^did you mean "services"\? the file has: services, region/);
  });

  test('of a service is named with its suggestion', () => {
    const error = refusal('{"services": {"p": {"functoin": "f"}}}');
    expect(error.message).toContain('there is no field "services.p.functoin"');
    expect(error.hint).toMatch(/^did you mean "function"\? a service has: function, alias, queue/);
  });
});

describe('a doubled key is refused with both lines', () => {
  test.each([
    ['a service', '{"services": {\n"p": {},\n"q": {},\n"p": {}}}', '4:1: "p" stands twice, here and in line 2.'],
    ['a field', '{"services": {"p": {"queue": "a",\n"queue": "b"}}}', '2:1: "queue" stands twice, here and in line 1.'],
  ])('%s', (_, text, message) => {
    expect(refusal(text).message).toBe(`f.json:${message}`);
  });
});

describe('where a name is expected, something longer is refused with the name to write', () => {
  test.each([
    ['function', 'arn:aws:lambda:eu-west-2:123456789012:function:fn', 'an ARN', 'write "function": "fn".'],
    [
      'function',
      'arn:aws:lambda:eu-west-2:123456789012:function:fn:live',
      'an ARN',
      'write "function": "fn", "alias": "live".',
    ],
    ['function', 'fn:live', 'a qualified name', 'write "function": "fn", "alias": "live".'],
    ['function', '123456789012:function:fn', '"123456789012:function:fn"', '"my-function"'],
    ['queue', 'arn:aws:sqs:eu-west-2:123456789012:q.fifo', 'an ARN', 'write "queue": "q.fifo".'],
    ['dlq', 'https://sqs.eu-west-2.amazonaws.com/123456789012/d.fifo', 'a URL', 'write "dlq": "d.fifo".'],
    ['table', 'arn:aws:dynamodb:eu-west-2:123456789012:table/t.1', 'an ARN', 'write "table": "t.1".'],
    ['topic', 'arn:aws:sns:eu-west-2:123456789012:t', 'an ARN', 'write "topic": "t".'],
    ['topic', 'arn:aws:sns', 'an ARN', '"topic": "my-topic"'],
  ])('%s %s', (field, value, is, hint) => {
    const error = refusal(JSON.stringify({ services: { p: { [field]: value } } }));
    expect(error.message).toContain(`"services.p.${field}" is ${is};`);
    expect(error.hint).toContain(hint);
  });
});

describe('what is no mistake', () => {
  test('a byte order mark, comments, trailing commas, CRLF', () => {
    const text = '\ufeff{\r\n  // ours\r\n  "services": { "p": { "function": "f", }, },\r\n}\r\n';
    expect(parseConfig(text, 'f.json')).toEqual({ services: { p: { function: 'f' } } });
    expect(refusal('\ufeff{"region": 5, "services": {}}').message).toContain('f.json:1:12:');
  });

  test('a service by the name of something that every object has', () => {
    const config: Config = parseConfig('{"services": {"constructor": {"function": "f"}}}', 'f.json');
    expect(findService(config, 'constructor', 'function').function).toBe('f');
    expect(() => findService(config, 'toString', 'function')).toThrow('no service "toString"');
  });
});
