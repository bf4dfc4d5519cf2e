import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { compileEdit } from '../../../../src/commands/dlq/compile-edit.ts';
import type { MessageAttribute, ReceivedMessage } from '../../../../src/lib/aws/ports/queues.ts';
import { copyOf, deadLetter } from '../../../../src/lib/dlq/dead-letter.ts';
import { copyChanges } from '../../../../src/lib/dlq/edit/copy-changes.ts';
import { CvopsError } from '../../../../src/lib/errors/cvops-error.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cvops-edit-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function message(body: string, attributes: Record<string, MessageAttribute> = {}): ReceivedMessage {
  return {
    messageId: 'm-1',
    receiptHandle: 'h',
    body,
    md5OfBody: '',
    md5OfAttributes: null,
    attributes,
    system: { MessageGroupId: 'g', SentTimestamp: '0', ApproximateReceiveCount: '3' },
  };
}

const VISIT = '{"type":"visit","version":1,"url":"/a"}';

/** What the edit makes of a message, on its way to a FIFO queue unless told otherwise. */
async function edited(text: string, from: ReceivedMessage | string = VISIT, fifo = true) {
  const original = typeof from === 'string' ? message(from) : from;
  const copy = copyOf(original, fifo);
  const result = (await compileEdit(text, folder))!.apply(copy, deadLetter(original));
  return { ...result, same: result === copy, changes: copyChanges(copy, result) };
}

async function refusal(text: string, from?: ReceivedMessage | string, fifo = true): Promise<CvopsError> {
  const error = await edited(text, from, fifo).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(CvopsError);
  return error as CvopsError;
}

function file(name: string, content: string): string {
  writeFileSync(join(folder, name), content);
  return `./${name}`;
}

describe('an edit', () => {
  test.each([
    ['a JSON merge patch', '{"body":{"version":2,"url":null}}'],
    ['a JMESPath expression', '{body: {version: `2`, url: body.nothing}}'],
  ])('as %s changes, adds and removes what it names', async (_, text) => {
    const { body, groupId, deduplicationId, changes } = await edited(text);
    expect(body).toBe('{"type":"visit","version":2}');
    expect({ groupId, deduplicationId }).toEqual({ groupId: 'g', deduplicationId: 'cvops-m-1' });
    expect(changes).toEqual([
      { path: 'body.version', before: 1, after: 2 },
      { path: 'body.url', before: '/a' },
    ]);
  });

  test('sees the whole document', async () => {
    const { body } = await edited('{body: {from: messageId, tries: receiveCount, group: groupId}}', '{}');
    expect(JSON.parse(body)).toEqual({ from: 'm-1', tries: 3, group: 'g' });
  });

  test('as a .json file or a module does the same', async () => {
    expect((await edited(file('patch.json', '{ "body": { "version": 2 } }'))).body).toContain('"version":2');
    const path = file('fix.mjs', 'export default (m) => { m.body.version++; return m; };');
    const { body, same } = await edited(path);
    expect({ body, same }).toEqual({ body: '{"type":"visit","version":2,"url":"/a"}', same: false });
    expect((await edited(file('fix.cjs', 'module.exports = (m) => ({ body: "plain" });'))).body).toBe('plain');
  });

  test('that changes nothing gives the very copy back', async () => {
    expect(await edited('{"body":{"version":1}}')).toMatchObject({ same: true, changes: [] });
  });

  test('on a standard queue may change the group id, and on FIFO not', async () => {
    expect((await edited('{"groupId":"other"}', VISIT, false)).groupId).toBe('other');
    expect('groupId' in (await edited('{"groupId":null}', VISIT, false))).toBe(false);
    expect((await refusal('{"groupId":"other"}')).message).toContain('groupId cannot be changed on a FIFO queue');
  });
});

describe('a body is written as it was', () => {
  const patch = '{"body":{"n":2}}';
  test.each([
    ['compact', '{"n":1,"s":"é"}', '{"n":2,"s":"é"}'],
    ['indented', '{\n  "n": 1,\n  "l": [\n    1\n  ]\n}', '{\n  "n": 2,\n  "l": [\n    1\n  ]\n}'],
    ['with tabs', '{\n\t"n": 1\n}', '{\n\t"n": 2\n}'],
    ['as Python writes', '{"n": 1, "s": "\\u00e9"}', '{"n": 2, "s": "\\u00e9"}'],
    ['with a line feed at the end', '{"n":1}\n', '{"n":2}\n'],
    [
      'with a number longer than JavaScript keeps',
      '{"id":12345678901234567890,"n":1}',
      '{"id":12345678901234567890,"n":2}',
    ],
    ['with a number written otherwise', '{"x":1.50,"n":1}', '{"x":1.50,"n":2}'],
    ['with a name that stands twice', '{"n":0,"n":1}', '{"n":2}'],
  ])('%s', async (_, before, after) => {
    expect((await edited(patch, before)).body).toBe(after);
  });

  test('and a number that would lose digits is refused', async () => {
    const { message: words } = await refusal('{body: {copy: body.id}}', '{"id":12345678901234567890}');
    expect(words).toContain('more digits');
  });

  test('text is replaced by text only', async () => {
    expect((await edited('{"body":"new"}', 'old')).body).toBe('new');
    expect((await refusal('{"body":{"n":2}}', 'old')).message).toContain('the body is text, not JSON');
  });
});

describe('attributes', () => {
  const attributes = {
    kind: { dataType: 'String', stringValue: 'visit' },
    big: { dataType: 'Number', stringValue: '12345678901234567890' },
    n: { dataType: 'Number.int', stringValue: '7' },
    bytes: { dataType: 'Binary', binaryValue: Buffer.from([0, 255]) },
  };

  test('keep their type, and those not named keep every digit and byte', async () => {
    const result = await edited('{"attributes":{"kind":"click","n":8,"bytes":"AQ=="}}', message('{}', attributes));
    expect(result.attributes).toEqual({
      kind: { dataType: 'String', stringValue: 'click' },
      big: attributes.big,
      n: { dataType: 'Number.int', stringValue: '8' },
      bytes: { dataType: 'Binary', binaryValue: Buffer.from([1]) },
    });
    expect(result.attributes['big']).toBe(attributes.big);
    expect(result.changes.map(({ path }) => path)).toEqual([
      'attributes.kind',
      'attributes.n.value',
      'attributes.bytes.value',
    ]);
  });

  test('are added, removed, and given another type', async () => {
    const { attributes: after } = await edited(
      '{"attributes":{"kind":null,"big":null,"bytes":null,"n":{"type":"String","value":"7"},"a":"x","b":2}}',
      message('{}', attributes),
    );
    expect(after).toEqual({
      n: { dataType: 'String', stringValue: '7' },
      a: { dataType: 'String', stringValue: 'x' },
      b: { dataType: 'Number', stringValue: '2' },
    });
  });

  test('stay the very object when only the body changes', async () => {
    const from = message('{"n":1}', attributes);
    expect((await edited('{"body":{"n":2}}', from)).attributes).toBe(from.attributes);
  });

  test.each([
    ['{"attributes":{"n":"seven"}}', 'is a Number, and "seven" is none'],
    ['{"attributes":{"bytes":"no base64!"}}', 'is not base64'],
    ['{"attributes":{"kind":true}}', 'would be true'],
    ['{"attributes":{"kind":""}}', 'is empty'],
    ['{"attributes":{"AWS.x":"1"}}', 'attributes.AWS.x is no name that SQS takes'],
    ['{"attributes":{"a b":"1"}}', 'attributes.a b is no name that SQS takes'],
    ['{"attributes":{"x":{"type":"Text","value":"1"}}}', 'the type "Text"'],
    ['{"attributes":{"x":"\\u0001"}}', 'U+0001'],
    ['{"attributes":7}', 'would not be an object'],
    ['{"attributes":{"a1":"1","a2":"1","a3":"1","a4":"1","a5":"1","a6":"1","a7":"1"}}', 'holds 11, and SQS takes 10'],
  ])('%s is refused', async (text, words) => {
    const error = await refusal(text, message('{}', attributes));
    expect(error.code).toBe('EditFailed');
    expect(error.message).toContain(words);
  });
});

describe('an edit that fails names the message, itself and the error in one line', () => {
  test.each([
    ['{"body":""}', VISIT, 'the edited body is empty'],
    ['{"body":null}', VISIT, 'the body would be empty'],
    ['{"body":3}', VISIT, 'neither text nor JSON'],
    ['{"body":"a\\u0000b"}', VISIT, 'U+0000 at 2'],
    ['{"body":"\\ud800"}', VISIT, 'U+D800'],
    ['body.type', VISIT, 'it gives "visit", not an object to merge'],
    ['body.nothing', VISIT, 'it gives null'],
    ['{messageId: `"x"`}', VISIT, 'messageId cannot be changed'],
    ['{bdy: `1`}', VISIT, 'a message has no "bdy"'],
    ["{body: {url: join('', body.version)}}", VISIT, 'join'],
    ['{body: {x: body.nothing.x}}', 'text', 'not JSON'],
  ])('%s', async (text, body, words) => {
    const error = await refusal(text, body);
    expect(error.code).toBe('EditFailed');
    expect(error.message).toContain('message m-1: ');
    expect(error.message).toContain(words);
    expect(error.message).toContain(text);
    expect(error.message).not.toContain('\n');
  });

  test.each([
    ['export default () => { throw new TypeError("no\\nway"); };', 'TypeError: no way'],
    ['export default () => {};', 'does it return the message?'],
    ['export default () => null;', 'it gives nothing, not a message'],
    ['export default () => [];', 'it gives a list'],
    ['export default (m) => Promise.reject(m);', 'cannot be async'],
    ['export default (m) => ({ ...m, body: undefined });', 'the body would be empty'],
    ['export default (m) => ({ ...m, body: "x".repeat(1048577) });', 'SQS takes 1048576'],
  ])('%s', async (code, words) => {
    const error = await refusal(file(`m${Math.random()}.mjs`, code));
    expect(error.code).toBe('EditFailed');
    expect(error.message).toContain(words);
    expect(error.message).not.toContain('\n');
  });

  test('a module cannot change what the queue holds', async () => {
    const from = message(VISIT);
    await edited(file('x.mjs', 'export default (m) => { m.attributes.a = "1"; m.body.type = 2; return m; };'), from);
    expect(from).toEqual(message(VISIT));
  });
});

describe('an edit that cannot be read is refused before any call', () => {
  test.each([
    ['{body: {version: 2}}', '`2`'],
    ['{"bdy":{"version":2}}', 'did you mean "body"?'],
    ['{}', 'changes nothing'],
    ['https://example.com/fix.mjs', 'is an address'],
    ['data:text/javascript,export default 1', 'is an address'],
    ['./missing.mjs', 'cannot be read: ENOENT'],
    ['./missing.json', 'cannot be read: ENOENT'],
    ['./fix.ts', 'neither a module'],
  ])('%s', async (text, words) => {
    const error = await refusal(text);
    expect(error.exitCode).toBe(2);
    expect(`${error.message} ${error.hint}`).toContain(words);
  });

  test.each([
    ['export const x = 1;', 'no function as its default export'],
    ['export default async (m) => m;', 'cannot be an async function'],
    ['export default (', 'cannot be loaded'],
  ])('a module of %s', async (code, words) => {
    const error = await refusal(file(`b${Math.random()}.mjs`, code));
    expect(error.message).toContain(words);
    expect(error.exitCode).toBe(2);
  });

  test('a module that changed since it was planned', async () => {
    const path = file('fix.mjs', 'export default (m) => m;');
    const { text } = (await compileEdit(path, folder))!;
    expect(await compileEdit(text, '/')).toMatchObject({ text });
    file('fix.mjs', 'export default (m) => ({ ...m, body: "other" });');
    expect((await refusal(text)).message).toContain('has changed since');
  });
});
