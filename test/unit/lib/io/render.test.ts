import { describe, expect, test } from 'vitest';
import { formatCount, formatDuration, formatUsd, instant, plural } from '../../../../src/lib/io/format.ts';
import type { Outcome } from '../../../../src/lib/io/outcome.ts';
import { isColoured, plainPaint } from '../../../../src/lib/io/paint.ts';
import { render } from '../../../../src/lib/io/render.ts';
import { MemorySink } from '../../../support/memory-sink.ts';

const outcome: Outcome = {
  kind: 'dlq.list',
  data: { queues: [{ dlq: 'a', visible: 1200 }] },
  items: [
    { dlq: 'a', visible: 1200 },
    { dlq: 'b|c\td', visible: null },
  ],
  view: () => [
    {
      kind: 'table',
      table: {
        columns: [{ label: 'DLQ' }, { label: 'VISIBLE', align: 'right' }],
        rows: [
          [{ raw: 'a' }, { raw: 1200, text: '1,200', tone: 'bad' }],
          [{ raw: 'b|c\td' }, { raw: null }],
        ],
      },
    },
    { kind: 'line', text: 'that is all' },
  ],
};

describe('one outcome, five formats', () => {
  test('json is the whole document, warnings and next included', async () => {
    expect(JSON.parse(await render(outcome, 'json', undefined, plainPaint))).toEqual({
      kind: 'cvops/dlq.list',
      version: 1,
      data: outcome.data,
      warnings: [],
      next: [],
    });
  });

  test('--query narrows the document', async () => {
    expect(await render(outcome, 'json', 'data.queues[0].visible', plainPaint)).toBe('1200\n');
  });

  test('ndjson is a line an item', async () => {
    expect(await render(outcome, 'ndjson', undefined, plainPaint)).toBe(
      '{"dlq":"a","visible":1200}\n{"dlq":"b|c\\td","visible":null}\n',
    );
  });

  test('tsv has raw values, no header, and no tab inside a field', async () => {
    expect(await render(outcome, 'tsv', undefined, plainPaint)).toBe('a\t1200\nb|c d\t\n');
  });

  test('markdown escapes its own bars', async () => {
    expect(await render(outcome, 'markdown', undefined, plainPaint)).toBe(
      '| DLQ | VISIBLE |\n| --- | --: |\n| a | 1,200 |\n| b\\|c\td | – |\n\nthat is all\n',
    );
  });

  test('a terminal gets aligned columns, coloured by meaning', async () => {
    const text = await render(outcome, 'table', undefined, (tone, each) => (tone === 'bad' ? `<${each}>` : each));
    expect(text).toContain('<1,200>');
    expect(text.split('\n')[0]).toMatch(/^DLQ +VISIBLE$/);
    expect(text.endsWith('that is all\n')).toBe(true);
  });
});

describe('colour', () => {
  const terminal = new MemorySink({ isTTY: true });
  const pipe = new MemorySink();
  test.each([
    ['a terminal', terminal, {}, true, true],
    ['a pipe', pipe, {}, true, false],
    ['--no-color over FORCE_COLOR', terminal, { FORCE_COLOR: '1' }, false, false],
    ['NO_COLOR over FORCE_COLOR', terminal, { NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
    ['an empty NO_COLOR is not set', terminal, { NO_COLOR: '' }, true, true],
    ['an empty FORCE_COLOR is not set', pipe, { FORCE_COLOR: '' }, true, false],
    ['FORCE_COLOR colours a pipe', pipe, { FORCE_COLOR: '1' }, true, true],
    ['FORCE_COLOR=0 takes colour away', terminal, { FORCE_COLOR: '0' }, true, false],
    ['FORCE_COLOR over TERM=dumb', pipe, { FORCE_COLOR: '1', TERM: 'dumb' }, true, true],
    ['TERM=dumb', terminal, { TERM: 'dumb' }, true, false],
  ])('%s', (_, sink, env, flag, expected) => {
    expect(isColoured(sink, env, flag)).toBe(expected);
  });
});

describe('words for numbers', () => {
  test('durations take two units at most', () => {
    expect([0.25, 1, 59.6, 61, 3600, 3661, 90_000, 1_209_600].map(formatDuration)).toEqual([
      '250 ms',
      '1 s',
      '1 min',
      '1 min 1 s',
      '1 h',
      '1 h 1 min',
      '1 d 1 h',
      '14 d',
    ]);
  });

  test('counts, plurals and money', () => {
    expect([formatCount(10_000), plural(1, 'message'), plural(3, 'message'), plural(0, 'query', 'queries')]).toEqual([
      '10,000',
      '1 message',
      '3 messages',
      '0 queries',
    ]);
    expect([formatUsd(0), formatUsd(0.0000012), formatUsd(1.239)]).toEqual(['$0.00', '$0.000001', '$1.24']);
  });

  test('instants are relative for people and ISO for machines', () => {
    const now = Date.UTC(2026, 0, 2);
    expect(instant(now - 60_000, now)).toEqual({ raw: '2026-01-01T23:59:00.000Z', text: '1 min ago' });
    expect(instant(now + 7_200_000, now).text).toBe('in 2 h');
    expect(instant(null, now)).toEqual({ raw: null, text: '–' });
  });
});
