// `npm test`: sets up what it needs, runs every test, and ends on one line that says how many passed, failed, were skipped.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { prepare } from './prepare.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const report = fileURLToPath(new URL('../.cache/vitest.json', import.meta.url));

prepare();
mkdirSync(new URL('../.cache', import.meta.url), { recursive: true });
rmSync(report, { force: true });
const { status } = spawnSync(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] },
);

let counts;
try {
  counts = JSON.parse(readFileSync(report, 'utf8'));
} catch (cause) {
  console.error(`vitest left no report: ${cause.message}`);
  process.exit(1);
}
const skipped = counts.numPendingTests + counts.numTodoTests;
for (const file of counts.testResults) {
  for (const test of file.assertionResults) {
    if (test.status === 'pending' || test.status === 'skipped') console.log(`SKIPPED: ${test.fullName}`);
  }
}
// A file that fails to load counts no tests, one whose clearing up fails no failed ones; they are failures all the same.
const brokenFiles = counts.testResults.filter(
  (file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'),
).length;
const failed = counts.numFailedTests + brokenFiles;
console.log(`${counts.numPassedTests} passed, ${failed} failed, ${skipped} skipped`);
process.exit(status === 0 && failed === 0 && counts.numPassedTests > 0 ? 0 : 1);
