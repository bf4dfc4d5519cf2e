import { describe, expect, test } from 'vitest';
import { formatCount, formatDuration, formatUsd, instant, plural } from '../../../../src/lib/io/format.ts';
import { textWidth } from '../../../../src/lib/io/layout.ts';
import type { Block, Outcome } from '../../../../src/lib/io/outcome.ts';
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

  test('a format in which it was told already prints nothing more', async () => {
    const told: Outcome = { ...outcome, toldIn: ['ndjson'] };
    expect(await render(told, 'ndjson', undefined, plainPaint)).toBe('');
    expect(await render(told, 'tsv', undefined, plainPaint)).toBe(await render(outcome, 'tsv', undefined, plainPaint));
  });

  test('tsv has raw values, no header, and no tab inside a field', async () => {
    expect(await render(outcome, 'tsv', undefined, plainPaint)).toBe('a\t1200\nb|c d\t\n');
  });

  test('markdown escapes its own bars', async () => {
    expect(await render(outcome, 'markdown', undefined, plainPaint)).toBe(
      '| DLQ | VISIBLE |\n| --- | --: |\n| a | 1,200 |\n| b\\|c\td | – |\n\nthat is all\n',
    );
  });

  test.each([
    ['Map<string> is not <anonymous>', 'Map\\<string> is not \\<anonymous>'],
    ['<!-- hidden --> </b> 1 < 2, <0.01 %', '\\<!-- hidden --> \\</b> 1 < 2, <0.01 %'],
    ['see [this](http://x) in [0] of ![a](b)', 'see \\[this](http://x) in [0] of !\\[a](b)'],
    ['a \\<b> and \\\\[c](d)', 'a \\\\\\<b> and \\\\\\\\\\[c](d)'],
    ['run `cvops logs <b>` for <b>', 'run `cvops logs <b>` for \\<b>'],
  ])('markdown shows %j as it is, not as markup', async (text, escaped) => {
    const told = { kind: 'x', data: {}, view: (): readonly Block[] => [{ kind: 'line', text }] };
    expect(await render(told, 'markdown', undefined, plainPaint)).toBe(`${escaped}\n`);
  });

  test('a terminal gets aligned columns, coloured by meaning', async () => {
    const text = await render(outcome, 'table', undefined, (tone, each) => (tone === 'bad' ? `<${each}>` : each));
    expect(text).toContain('<1,200>');
    expect(text.split('\n')[0]).toMatch(/^DLQ +VISIBLE$/);
    expect(text.endsWith('that is all\n')).toBe(true);
  });
});

describe('a pipe', () => {
  const verdict: Outcome = {
    kind: 'dlq.verify',
    data: {
      runId: 'r1',
      service: null,
      verified: { succeeded: 3, pending: 0 },
      versions: ['5', '6'],
      checks: [{ id: 'a', status: 'OK' }],
      weights: {},
      hint: 'two\nlines\tand a tab',
    },
    view: () => [{ kind: 'line', text: 'Run r1: 3 of 3 succeeded.' }],
  };
  const list = (items: readonly object[]): Outcome => ({
    kind: 'dlq.inspect',
    data: { scanned: 0, messages: items },
    items,
    view: () => [{ kind: 'line', text: 'No dead letters in q.' }],
  });

  test('gets the data of a result that is no list, a field a line, by its names in JSON', async () => {
    expect(await render(verdict, 'tsv', undefined, plainPaint)).toBe(
      [
        'runId\tr1',
        'service\t',
        'verified.succeeded\t3',
        'verified.pending\t0',
        'versions\t5,6',
        'checks\t[{"id":"a","status":"OK"}]',
        'weights\t',
        'hint\ttwo lines and a tab',
        '',
      ].join('\n'),
    );
  });

  test('gets nothing of an empty list, whatever a person is told', async () => {
    expect(await render(list([]), 'tsv', undefined, plainPaint)).toBe('');
    expect(await render(list([]), 'table', undefined, plainPaint)).toBe('No dead letters in q.\n');
  });

  test('gets the data of a result that only a person is shown a table of', async () => {
    const { items: _, ...single } = outcome;
    expect(await render(single, 'tsv', undefined, plainPaint)).toBe('queues\t[{"dlq":"a","visible":1200}]\n');
  });
});

describe('a terminal that is too narrow', () => {
  const cells = (...texts: readonly string[]) => texts.map((raw) => ({ raw }));
  const view = (width: number, rows: readonly (readonly { raw: string }[])[], columns = ['ID', 'FOUND', 'MEND']) =>
    render(
      {
        kind: 'doctor',
        data: {},
        view: () => [
          { kind: 'table', table: { columns: columns.map((label) => ({ label })), rows } },
          { kind: 'line', text: 'NG    that is what was found to be wrong' },
        ],
      },
      'table',
      undefined,
      plainPaint,
      width,
    );

  test('wraps long texts between words', async () => {
    const text = await view(40, [cells('queue', 'the queue hides messages for 20 s', 'raise it to 60 s or more')]);
    expect(text).toBe(
      [
        'ID     FOUND              MEND',
        'queue  the queue hides    raise it to',
        '       messages for 20 s  60 s or more',
        'NG    that is what was found to be wrong',
        '',
      ].join('\n'),
    );
  });

  test('shows rows as fields where wrapping would break names', async () => {
    const text = await view(24, [
      cells('queue', 'cv-analytics-queue.fifo', ''),
      cells('dlq', 'cv-analytics-dlq.fifo', 'mend it'),
    ]);
    expect(text).toBe(
      [
        'id     queue',
        'found  cv-analytics-queue.fifo',
        '',
        'id     dlq',
        'found  cv-analytics-dlq.fifo',
        'mend   mend it',
        '',
        'NG    that is what was',
        '      found to be wrong',
        '',
      ].join('\n'),
    );
  });

  test('leaves the unit of a number in a label as it is', async () => {
    const rows = [cells('cv-analytics-queue.fifo', 'free-of-charge-up-to-a-million')];
    const text = await view(30, rows, ['QUEUE', 'AT 1M']);
    expect(text).toContain('queue  cv-analytics-queue.fifo\nat 1M  free-of-charge');
  });

  test('leaves a column out in which nothing stands', async () => {
    expect(await view(80, [cells('a', 'fine', '')])).toMatch(/^ID {2}FOUND\na {3}fine\n/);
  });

  test('knows how wide letters of other scripts are', () => {
    expect([textWidth('日本'), textWidth('e\u0301'), textWidth('–'), textWidth('🚀')]).toEqual([4, 1, 1, 2]);
  });
});

describe('what others wrote', () => {
  const hostile = 'a\u001b[31m\u009b2J\u202eb';
  const shown: Outcome = {
    kind: 'x',
    data: { text: hostile },
    items: [{ text: hostile }],
    view: () => [
      { kind: 'table', table: { columns: [{ label: 'T' }], rows: [[{ raw: hostile }]] } },
      { kind: 'line', text: hostile },
      { kind: 'fields', fields: [['f', { raw: hostile }]] },
    ],
  };

  test.each(['table', 'tsv', 'markdown', 'json', 'ndjson'] as const)(
    'does not steer a terminal: %s',
    async (format) => {
      const text = await render(shown, format, undefined, plainPaint);
      expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/);
      expect(text).toMatch(format.endsWith('json') ? /\\u001b\[31m\\u009b2J\\u202e/ : /\\x1b\[31m\\x9b2J\\u202e/);
    },
  );

  test('is the same value in JSON', async () => {
    expect(JSON.parse(await render(shown, 'json', 'data.text', plainPaint))).toBe(hostile);
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
