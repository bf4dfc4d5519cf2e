import { describe, expect, test } from 'vitest';
import { evaluate, fill, holds } from './support/expression.ts';

const contexts = {
  github: { event_name: 'push', event: { repository: { private: true } } },
  needs: { plan: { result: 'skipped', outputs: {} }, 'apply-worker': { result: 'success', outputs: {} } },
};
const written = (source: string) => `$\{{ ${source} }}`;
const status = { success: false, failure: false, cancelled: false };

describe('expressions, as GitHub evaluates them', () => {
  test.each([
    ["github.event_name == 'PUSH'", true],
    ['github.event.pull_request.head.repo.fork', null],
    ['!github.event.pull_request.head.repo.fork', true],
    ["github.event.pull_request.number || 'none'", 'none'],
    ["github.event_name == 'push' && 'yes' || 'no'", 'yes'],
    ["null == ''", true],
    ["1 == '1'", true],
    ["contains('abc', 'B')", true],
    ["contains(fromJSON('[\"processor\"]'), 'worker')", false],
    ['contains(fromJSON(\'["success","skipped"]\'), needs.plan.result)', true],
    ["needs.apply-worker.result == 'success'", true],
    ["join(needs.*.result, ' ')", 'skipped success'],
    ["github['event_name']", 'push'],
    ["'it''s'", "it's"],
    ["needs.detect.outputs.services != '[]'", true],
  ])('%s', (source, value) => {
    expect(evaluate(source, { contexts })).toBe(value);
  });

  test('a list from an output that is not there is an error, not an empty list', () => {
    expect(() => evaluate('fromJSON(needs.detect.outputs.services)', { contexts })).toThrow(/JSON/);
  });

  test('what a settled && or || leaves out is not evaluated', () => {
    expect(evaluate("github.event_name == 'schedule' && fromJSON('')", { contexts })).toBe(false);
    expect(evaluate("github.event_name == 'push' || fromJSON('')", { contexts })).toBe(true);
  });

  test('what it does not know it refuses', () => {
    expect(() => evaluate("startsWith('a', 'a')", { contexts })).toThrow('startsWith');
    expect(() => evaluate('secrets.TOKEN', { contexts })).toThrow('secrets');
    expect(() => evaluate('1 > 0', { contexts })).toThrow('>');
  });

  test('one expression keeps its kind, in a text it becomes text', () => {
    expect(fill(written("fromJSON('[1]')"), { contexts })).toEqual([1]);
    expect(fill(`a-${written('github.event_name')}-${written('github.nothing')}`, { contexts })).toBe('a-push-');
  });

  test('an if without a status function asks success() first; with one it is on its own', () => {
    expect(holds("github.event_name == 'push'", { contexts, status })).toBe(false);
    expect(holds("!cancelled() && github.event_name == 'push'", { contexts, status })).toBe(true);
    expect(holds(written('always()'), { contexts, status })).toBe(true);
    expect(holds(undefined, { contexts, status })).toBe(false);
  });
});
