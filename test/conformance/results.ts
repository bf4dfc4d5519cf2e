import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Column, count, matrixText } from './matrix.ts';
import { allCases } from './suite/all-cases.ts';

const ORDER: readonly Column['backend'][] = ['simulator', 'ministack', 'moto', 'aws'];
/** Simulator, MiniStack and moto_server take part in each run, if only as not run. */
const EMBEDDED = 3;
const HOUR_MS = 3_600_000;

/**
 * The columns of one run of vitest, whose test files are processes of their own: each leaves its column in a folder, named
 * after their common parent, and prints its sums. The last one prints the matrix.
 */
export function reportColumn(column: Column): void {
  const folder = fileURLToPath(new URL('../../.cache/conformance/', import.meta.url));
  mkdirSync(folder, { recursive: true });
  forgetOld(folder);
  const run = `${process.ppid}-`;
  const path = `${folder}${run}${column.backend}.json`;
  // Renamed when complete: another process may be reading.
  writeFileSync(`${path}.tmp`, JSON.stringify(column));
  renameSync(`${path}.tmp`, path);
  console.log(
    `${column.title}: ${count(column, 'ok')} ok, ${count(column, 'differs')} differ, ${count(column, 'not run')} not run`,
  );
  const columns = readdirSync(folder)
    .filter((file) => file.startsWith(run) && file.endsWith('.json'))
    .map((file) => JSON.parse(readFileSync(folder + file, 'utf8')) as Column)
    .toSorted((a, b) => ORDER.indexOf(a.backend) - ORDER.indexOf(b.backend));
  if (columns.length >= EMBEDDED) console.log(`Conformance with AWS\n\n${matrixText(allCases, columns)}\n`);
}

function forgetOld(folder: string): void {
  for (const file of readdirSync(folder)) {
    const found = statSync(folder + file, { throwIfNoEntry: false });
    if (found !== undefined && Date.now() - found.mtimeMs > HOUR_MS) rmSync(folder + file, { force: true });
  }
}
