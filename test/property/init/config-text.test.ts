import fc from 'fast-check';
import { type ParseError, parse } from 'jsonc-parser';
import { expect, test } from 'vitest';
import type { ServiceConfig } from '../../../src/lib/config/config.ts';
import { configText } from '../../../src/lib/init/config-text.ts';

const FOUND = ['function', 'alias', 'queue'] as const;
const ADDED = ['workspace', 'script', 'sender'] as const;
const name = fc.constantFrom('p', 'q', 'r');
const value = fc.constantFrom('a', 'b');
const fields = (keys: readonly string[]) => fc.dictionary(fc.constantFrom(...keys), value);
const system = fc.record({
  region: fc.constantFrom(null, 'eu-west-2'),
  releaseTable: fc.constantFrom(null, 'releases'),
  services: fc.dictionary(name, fields(FOUND)) as fc.Arbitrary<Record<string, ServiceConfig>>,
  byFunction: fc.boolean(),
});
const file = fc.record(
  {
    version: fc.constant(1),
    usage: fc.constant({ declared: { githubMinutes: 1 } }),
    services: fc.oneof(fc.dictionary(name, fields([...FOUND, ...ADDED])), fc.dictionary(name, fc.constant(null))),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<{ services?: Record<string, Record<string, string> | null> }>;

/** As people write it: comments and trailing commas between everything, drawn one after the other. */
function written(json: unknown, draw: () => string): string {
  if (typeof json !== 'object' || json === null) return JSON.stringify(json);
  const members = Object.entries(json).map(
    ([key, each]) => `${draw()}${JSON.stringify(key)}${draw()}:${draw()}${written(each, draw)}${draw()}`,
  );
  return `{${members.join(',')}${members.length > 0 && draw() === '\n' ? ',' : ''}${draw()}}`;
}

function read(text: string): Record<string, unknown> & { services: Record<string, Record<string, string>> } {
  const errors: ParseError[] = [];
  const json = parse(text, errors, { allowTrailingComma: true });
  expect(errors, text).toEqual([]);
  return json;
}

test('a configuration holds what was found and what a hand added, however the file was written', () => {
  const between = fc.infiniteStream(fc.constantFrom('', ' ', '\n', '/* , "x": { */', '// }\n'));
  fc.assert(
    fc.property(system, file, between, (found, old, noise) => {
      const before = written(old, () => noise.next().value!);
      const complete = { ...found, ambiguous: [], unused: [] };
      const text = configText(complete, before);
      const { services, ...rest } = read(text);
      const expected: Record<string, unknown> = {};
      for (const [each, service] of Object.entries(old.services ?? {})) {
        if (found.byFunction && service !== null && service['function'] === undefined) expected[each] = service;
      }
      for (const [each, service] of Object.entries(found.services)) {
        const mine = Object.entries(old.services?.[each] ?? {});
        const added = Object.fromEntries(mine.filter(([field]) => ADDED.some((one) => one === field)));
        expected[each] = { ...service, ...added };
      }
      expect(services, text).toEqual(expected);
      const { services: _, ...kept } = old;
      const { region, releaseTable } = found;
      expect(rest).toEqual({
        ...kept,
        ...(region === null ? {} : { region }),
        ...(releaseTable === null ? {} : { releaseTable }),
      });
      expect(configText(complete, text)).toBe(text);
    }),
    { numRuns: 500 },
  );
});
