import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { conformancePage } from './conformance-page.ts';
import { divergences } from './divergences.ts';
import { allCases } from './suite/all-cases.ts';
import { complaint } from './verdict.ts';

const PAGE = new URL('../../docs/conformance.md', import.meta.url);
const known = { backend: 'moto', case: 'a.b', instead: 'x', shows: 'is accepted', since: 'moto 1' } as const;

test('each case has an id of its own, a sentence and a page of AWS', () => {
  expect(new Set(allCases.map((entry) => entry.id)).size).toBe(allCases.length);
  for (const { id, text, link } of allCases) {
    expect(id).toMatch(/^[a-z0-9]+(\.[a-z0-9-]+)+$/);
    expect(text, id).toMatch(/^\S.*[^.\s]$/);
    expect(link, id).toMatch(/^https:\/\/docs\.aws\.amazon\.com\/\S+$/);
  }
});

test('each known divergence is of a case that its backend runs, once', () => {
  const ids = new Map(allCases.map((entry) => [entry.id, entry]));
  const keys = divergences.map((entry) => `${entry.backend} ${entry.case}`);
  expect(new Set(keys).size).toBe(keys.length);
  for (const entry of divergences) {
    expect(ids.get(entry.case), entry.case).toBeDefined();
    expect(entry.backend !== 'simulator' && ids.get(entry.case)?.needs === 'clock', `${entry.case} is not run`).toBe(
      false,
    );
    expect(entry.shows, entry.case).not.toBe('');
  }
});

test('the simulator has no known divergence', () => {
  expect(divergences.filter((entry) => entry.backend === 'simulator')).toEqual([]);
});

test('an unknown divergence is a complaint', () => {
  expect(complaint({ id: 'a.b', status: 'differs', failure: 'the size is wrong', durationMs: 1 }, undefined)).toBe(
    'the size is wrong',
  );
});

test('a known divergence is none while it shows in the known way', () => {
  expect(
    complaint({ id: 'a.b', status: 'differs', failure: 'a size of 3 is accepted', durationMs: 1 }, known),
  ).toBeUndefined();
  expect(complaint({ id: 'a.b', status: 'differs', failure: 'socket hang up', durationMs: 1 }, known)).toContain(
    'a new divergence',
  );
});

test('a known divergence that no longer shows must leave the table', () => {
  expect(complaint({ id: 'a.b', status: 'ok', durationMs: 1 }, known)).toContain('remove it from');
});

test('docs/conformance.md holds the matrix of the tables (UPDATE_DOCS=1 writes it)', () => {
  const page = conformancePage(allCases, divergences);
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(PAGE, page);
  expect(readFileSync(PAGE, 'utf8')).toBe(page);
});
