import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { findRoots } from '../../../../src/lib/init/run-terraform.ts';

test('of the example system’s own roots, init asks those of its services: edge is applied by hand, or never', () => {
  const folder = fileURLToPath(new URL('../../../../infra/terraform', import.meta.url));
  expect(findRoots(folder).map((root) => basename(root))).toEqual(['processor', 'reporter', 'worker']);
});
