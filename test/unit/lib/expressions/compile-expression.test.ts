import { describe, expect, test } from 'vitest';
import { compileExpression } from '../../../../src/lib/expressions/compile-expression.ts';
import { ExpressionError } from '../../../../src/lib/expressions/expression-error.ts';
import { refuseUnknownNames } from '../../../../src/lib/expressions/refuse-unknown-names.ts';
import { suspiciousNames } from '../../../../src/lib/expressions/suspicious-names.ts';

async function failure(text: string): Promise<ExpressionError> {
  const error = await compileExpression(text).then(
    () => undefined,
    (cause: unknown) => cause,
  );
  expect(error, text).toBeInstanceOf(ExpressionError);
  return error as ExpressionError;
}

describe('the place of a syntax error', () => {
  test.each([
    ['body.type[ ]', 12, 'unexpected "]"'],
    ['body.type == ', 13, 'ends too early'],
    ['body.', 5, 'ends too early'],
    ['body. == `1`', 7, 'unexpected "=="'],
    ['body.type = `visit`', 11, 'unexpected "="'],
    ['body.type === `visit`', 13, 'unexpected "="'],
    ["body.type == 'visit", 14, 'is never closed'],
    ['body.type == `visit', 14, 'is never closed'],
    ['body."type', 6, 'is never closed'],
    ['body.n > 3', 10, 'unexpected "3"'],
    ['body.n > -3', 10, 'unexpected "-3"'],
    ['body.user-id == `1`', 10, 'unexpected "-"'],
    ['(body.a body.b)', 9, 'unexpected "body"'],
    ['[body.a body.b]', 9, 'unexpected "body"'],
    ['contains(body.a body.b)', 17, 'unexpected "body"'],
    ['length(body,)', 13, 'unexpected ")"'],
    ['body.a and body.b', 8, 'unexpected "and"'],
    ['body.a == `[1,`', 11, 'is not JSON'],
    ['(body.a', 7, 'ends too early'],
    ['body.a)', 7, 'unexpected ")"'],
    ['body.a % `2`', 8, 'unexpected "%"'],
    ['body.a == ‘b’', 11, 'unexpected "‘"'],
    ['()', 2, 'unexpected ")"'],
    ['body.a == ()', 12, 'unexpected ")"'],
    ['!()', 3, 'unexpected ")"'],
    ['[(())]', 4, 'unexpected ")"'],
    ['{body: }', 8, 'unexpected "}"'],
    ['{body}', 6, 'unexpected "}"'],
    ['body[0:1', 8, 'ends too early'],
    ['lenght(body) > `1`', 1, 'no function lenght()'],
    ['body.x && length(body, body)', 11, 'takes 1 argument'],
  ])('%s: at character %i', async (text, position, words) => {
    const error = await failure(text);
    expect(error.position).toBe(position);
    expect(error.message).toContain(words);
  });

  test('an empty expression has no place', async () => {
    expect((await failure('  ')).position).toBeNull();
  });

  test.each([
    ['body.type = `visit`', '=='],
    ['body.n > 3', '`3`'],
    ['body.user-id == `1`', '"user-id"'],
    ['body.a and body.b', '&&'],
    ['body.a or body.b', '||'],
    ['lenght(body) > `1`', 'length()'],
    ['body.a == ‘b’', 'typographic'],
  ])('%s is a slip with a hint', async (text, hint) => {
    expect((await failure(text)).hint).toContain(hint);
  });
});

describe('a sound expression', () => {
  // Of https://jmespath.org/specification.html and its tutorial; none may be refused by the stricter look.
  test.each([
    'a',
    '"a-b".c',
    'a.b.c[0].d[1][0]',
    'a[-1]',
    'a[0:5]',
    'a[::-1]',
    'a[5:]',
    'people[*].first',
    'ops.*.numArgs',
    '*',
    '[*]',
    '[]',
    'reservations[].instances[].state',
    'machines[?state==`running`].name',
    "machines[?state=='running' && !broken].{name: name, id: id}",
    'people[*].[name, state.name]',
    'people[].{Name: name, "State": state.name}',
    'people[*].first | [0]',
    'length(people)',
    'max_by(people, &age).name',
    "myarray[?contains(@, 'foo') == `true`]",
    'sort_by(a, &b)[0]',
    'a || b && !c',
    '!(a)',
    '@',
    '@.a',
    '[a, b, *]',
    'a[?b].c[?d > `1`][]',
    'to_string(`{"a": [1, 2]}`) == \'x\'',
    "'it''s' == a".replace("''", "\\'"),
    'a."b c"."d\\"e"',
    'a == `-1`',
    'not_null(a, b, c)',
    'a[?@ > `1`]',
    '{a: a, b: {c: `1`}}',
    'a.{b: b}.b',
    'a.[b, c]',
    'merge(a, {b: `2`})',
  ])('%s is taken', async (text) => {
    await expect(compileExpression(text)).resolves.toMatchObject({ text });
  });

  test('is evaluated, and a value of the wrong type is an error that can be told', async () => {
    const expression = await compileExpression("contains(body.url, 'a')");
    expect(expression.mayFail).toBe(true);
    expect(expression.evaluate({ body: { url: 'abc' } })).toBe(true);
    expect(() => expression.evaluate({ body: {} })).toThrow(ExpressionError);
    expect((await compileExpression('body.a == `1`')).mayFail).toBe(false);
  });
});

describe('an expression that means something else', () => {
  const FIELDS = ['body', 'attributes', 'receiveCount'];
  const refused = async (text: string) => {
    const expression = await compileExpression(text);
    try {
      refuseUnknownNames(expression, FIELDS);
      return null;
    } catch (cause) {
      return cause as ExpressionError;
    }
  };

  test.each([
    ['body.type == visit', 14, "'visit'"],
    ['body.type == "visit"', 14, "'visit'"],
    ["type == 'visit'", 1, 'body.type'],
    ['body.type.type && type', 19, 'body.type'],
    ['body.ok == true', 12, '`true`'],
    ['{body: {body: other.x}}', 15, 'body.other'],
    ['receivecount > `3`', 1, 'is receiveCount meant'],
    ["contains(url, 'a')", 10, 'body.url'],
  ])('%s names what no document has, at character %i', async (text, position, hint) => {
    const error = await refused(text);
    expect(error?.position).toBe(position);
    expect(error?.hint).toContain(hint);
  });

  test.each([
    "body.type == 'visit'",
    'body.a == body',
    'body.items[?type == `a`].b',
    'body.items[].{a: a, b: b}',
    'max_by(body.items, &n).n',
    'body | type',
    'body.x != null',
    '{body: {type: `1`, "a-b": body.c}}',
    '@.anything',
  ])('%s does not', async (text) => {
    expect(await refused(text)).toBeNull();
  });

  test('within a list, text without quotes can only be suspected', async () => {
    expect(await refused('body.items[?type == visit]')).toBeNull();
    expect(suspiciousNames(await compileExpression('body.items[?type == visit]'), FIELDS)).toEqual([
      "visit is taken for the name of a field; text stands in quotes: 'visit'",
    ]);
    expect(suspiciousNames(await compileExpression('body.items[?type == `visit`]'), FIELDS)).toEqual([]);
  });
});
