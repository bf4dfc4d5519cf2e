import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { DIVERGENCES } from './divergences.ts';

test('docs/infrastructure.md lists each divergence of MiniStack, and no other', () => {
  const page = readFileSync(new URL('../../docs/infrastructure.md', import.meta.url), 'utf8');
  const rows = page.slice(page.indexOf('### Where MiniStack is not AWS')).matchAll(/^\| (.+?) \| .+ \|$/gm);
  const listed = [...rows].map(([, what]) => what).filter((what) => what !== 'what');
  expect(listed).toEqual([...new Set(DIVERGENCES.map(({ what }) => what))]);
});
