import { describe, expect, it } from 'vitest';
import { lineFilter } from '../../../../../src/lib/simulator/logs/filter-pattern.ts';

const passes = (pattern: string, line: string) => lineFilter(pattern)(line);

describe('a pattern of terms', () => {
  it.each([
    ['', 'anything', true],
    ['ERROR', 'an ERROR here', true],
    ['ERROR', 'an error here', false],
    ['ERROR timeout', 'timeout after ERROR', true],
    ['ERROR timeout', 'ERROR only', false],
    ['"INTERNAL SERVER ERROR"', 'got INTERNAL SERVER ERROR', true],
    ['"INTERNAL SERVER ERROR"', 'INTERNAL ERROR, SERVER', false],
    ['"say \\"hi\\""', 'they say "hi"', true],
    ['ERROR -Exiting', 'ERROR while Exiting', false],
    ['ERROR -Exiting', 'ERROR while starting', true],
    ['ERROR -"on exit"', 'ERROR on exit', false],
    ['-START', 'START RequestId', false],
    ['?ERROR ?WARN', 'a WARN', true],
    ['?ERROR ?WARN', 'an INFO', false],
    ['"8f5f0e3a-7b3d"', 'RequestId: 8f5f0e3a-7b3d', true],
  ])('%s on %s is %s', (pattern, line, expected) => {
    expect(passes(pattern, line)).toBe(expected);
  });

  it.each(['a:b$c', '[ip, user]', '"open'])('%s is refused', (pattern) => {
    expect(() => lineFilter(pattern)).toThrow(SyntaxError);
  });
});

describe('a pattern for JSON lines', () => {
  const LINE = JSON.stringify({
    level: 'ERROR',
    message: 'table is gone',
    count: 4,
    ok: false,
    nothing: null,
    error: { name: 'ResourceNotFoundException', codes: [400, 404] },
    records: [{ id: 'a' }, { id: 'b' }],
    'x-id': 'k',
  });

  it.each([
    ['{ $.level = "ERROR" }', true],
    ['{ $.level = ERROR }', true],
    ['{ $.level = "WARN" }', false],
    ['{ $.level != "WARN" }', true],
    ['{ $.level != "ERROR" }', false],
    ['{ $.missing != "WARN" }', false],
    ['{ $.count > 3 }', true],
    ['{ $.count >= 4 && $.count <= 4 }', true],
    ['{ $.count < 4 }', false],
    ['{ $.count = 4 }', true],
    ['{ $.message = "table*" }', true],
    ['{ $.message = "*gone" }', true],
    ['{ $.message = "*there*" }', false],
    ['{ $.message = %is\\sgone% }', true],
    ['{ $.error.name = "ResourceNotFoundException" }', true],
    ['{ $.error.codes[1] = 404 }', true],
    ['{ $.records[*].id = "b" }', true],
    ["{ $['x-id'] = k }", true],
    ['{ $.ok IS FALSE }', true],
    ['{ $.nothing IS NULL }', true],
    ['{ $.missing IS NULL }', false],
    ['{ $.missing NOT EXISTS }', true],
    ['{ $.level NOT EXISTS }', false],
    ['{ $.level = "WARN" || $.count = 4 && $.ok IS FALSE }', true],
    ['{ ($.level = "WARN" || $.count = 4) && $.ok IS TRUE }', false],
  ])('%s is %s', (pattern, expected) => {
    expect(passes(pattern, LINE)).toBe(expected);
  });

  it('passes no line that is not JSON', () => {
    expect(passes('{ $.level != "WARN" }', 'level: ERROR {')).toBe(false);
    expect(passes('{ $.level != "WARN" }', 'plain')).toBe(false);
  });

  it.each(['{ level = 1 }', '{ $.a }', '{ $.a = }', '{ $.a = 1', '{ ($.a = 1 }', '{ $.a > "x" }', "{ $.['a'] = 1 }"])(
    '%s is refused',
    (pattern) => {
      expect(() => lineFilter(pattern)).toThrow(SyntaxError);
    },
  );
});
