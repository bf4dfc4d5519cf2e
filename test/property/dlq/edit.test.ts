import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileEdit } from '../../../src/commands/dlq/compile-edit.ts';
import type { ReceivedMessage } from '../../../src/lib/aws/ports/queues.ts';
import { copyOf, deadLetter } from '../../../src/lib/dlq/dead-letter.ts';
import { mergePatch } from '../../../src/lib/dlq/edit/merge-patch.ts';
import { rewriteBody } from '../../../src/lib/dlq/edit/rewrite-body.ts';
import { compileExpression } from '../../../src/lib/expressions/compile-expression.ts';
import { ExpressionError } from '../../../src/lib/expressions/expression-error.ts';

/** What JSON can hold and SQS can carry. */
const text = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '"', '\\', '\n', '/', ' ', '{', ':', '😀') });
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    tie('object'),
  ),
  object: fc.dictionary(fc.oneof(text, fc.constantFrom('a', 'b', '__proto__')), tie('value'), { maxKeys: 5 }),
}));
const object = json.object as fc.Arbitrary<Record<string, unknown>>;

/** The ways in which producers write JSON; the last two are nobody's canonical form. */
const STYLES: readonly ((value: unknown) => string)[] = [
  (value) => JSON.stringify(value),
  (value) => JSON.stringify(value, null, 2),
  (value) => JSON.stringify(value, null, '\t'),
  (value) => `${JSON.stringify(value, null, 4)}\n`,
  spaced,
];

/** As Python writes: a space after colons and commas. */
function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([name, each]) => `${JSON.stringify(name)}: ${spaced(each)}`)
    .join(', ')}}`;
}

function message(body: string): ReceivedMessage {
  const system = { MessageGroupId: 'g', SentTimestamp: '0' };
  return { messageId: 'm', receiptHandle: 'h', body, md5OfBody: '', md5OfAttributes: null, attributes: {}, system };
}

describe('an edited body', () => {
  test('means what the merge patch makes of it, however it was written', () => {
    fc.assert(
      fc.property(object, object, fc.constantFrom(...STYLES), (before, patch, write) => {
        const original = write(before);
        const parsed: unknown = JSON.parse(original);
        const after = mergePatch(parsed, patch);
        expect(JSON.parse(rewriteBody(original, parsed, after))).toEqual(after);
      }),
      { numRuns: 1_000 },
    );
  });

  test('in a canonical style stays in it', () => {
    fc.assert(
      fc.property(object, object, fc.constantFrom(...STYLES.slice(0, 2)), (before, patch, write) => {
        fc.pre(Object.keys(before).length > 0);
        const after = mergePatch(JSON.parse(write(before)), patch);
        expect(rewriteBody(write(before), before, after)).toBe(write(after));
      }),
      { numRuns: 500 },
    );
  });

  test('keeps numbers of any length that the patch does not name', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 10n ** 16n, max: 10n ** 30n }), fc.integer(), (long, n) => {
        const body = `{"id":${long},"n":0,"list":[${long}]}`;
        const edited = rewriteBody(body, JSON.parse(body), mergePatch(JSON.parse(body), { n }));
        expect(edited).toBe(`{"id":${long},"n":${n},"list":[${long}]}`);
      }),
    );
  });

  test('is the very same copy when the patch says what is there already', async () => {
    await fc.assert(
      fc.asyncProperty(object, fc.constantFrom(...STYLES), async (body, write) => {
        fc.pre(!JSON.stringify(body).includes('null'));
        const original = message(write(body));
        const copy = copyOf(original, true);
        const edit = (await compileEdit(JSON.stringify({ body }), '/'))!;
        expect(edit.apply(copy, deadLetter(original))).toBe(copy);
      }),
      { numRuns: 300 },
    );
  });
});

describe('an expression', () => {
  const word = fc.constantFrom(
    ...[
      'body',
      'a',
      '"b c"',
      "'x'",
      '`1`',
      '5',
      '.',
      '.',
      '[',
      ']',
      '[?',
      '[]',
      '{',
      '}',
      '(',
      ')',
      ':',
      ',',
      '==',
      '=',
      '<',
    ],
    ...['&&', '||', '!', '*', '@', '&', '|', 'length(', 'contains(', "'", '`', '-'],
  );

  test('of any words is taken or refused with an error of its own, never otherwise', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 8 }), fc.constantFrom('', ' '), async (words, glue) => {
        const written = words.join(glue);
        try {
          const expression = await compileExpression(written);
          expression.evaluate({ body: { a: [1, { b: 'x' }] }, a: 'x' });
        } catch (cause) {
          expect(cause, written).toBeInstanceOf(ExpressionError);
          const { position } = cause as ExpressionError;
          if (position !== null) expect(position).toBeGreaterThanOrEqual(1);
          if (position !== null) expect(position).toBeLessThanOrEqual(written.length);
        }
      }),
      { numRuns: 5_000 },
    );
  });
});
