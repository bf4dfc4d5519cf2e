import { expect, test } from 'vitest';
import { caretLines } from '../../../../src/lib/io/caret.ts';

test('a caret stands under the character that is wrong', () => {
  expect(caretLines('body.type = 3', 11, 80)).toBe('  body.type = 3\n            ^\n');
});

test('and behind the last one where something is missing', () => {
  expect(caretLines('body.', 6, 80)).toBe('  body.\n       ^\n');
});

test('line feeds and tabs are one column', () => {
  expect(caretLines('a ||\n\t= b', 7, 80)).toBe('  a ||  = b\n        ^\n');
});

test.each([1, 30, 57, 100, 150, 199, 200, 201])(
  'of a long expression the part around character %i fits the terminal',
  (position) => {
    const text = Array.from({ length: 200 }, (_, n) => String.fromCharCode(97 + (n % 26))).join('');
    const [shown, caret] = caretLines(text, position, 60).split('\n') as [string, string];
    expect(shown.length).toBeLessThanOrEqual(60);
    expect(caret.length).toBeLessThanOrEqual(60);
    const pointed = shown[caret.length - 1];
    expect(pointed).toBe(text[position - 1]);
  },
);
