// `npm run demo`: sets up what it needs, then runs `cvops demo`.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { prepare } from './prepare.mjs';

prepare();
// Ctrl-C is for the demo, which cleans up; this process waits for it.
process.on('SIGINT', () => {});
const { status, signal } = spawnSync(
  process.execPath,
  [fileURLToPath(new URL('../bin/cvops.js', import.meta.url)), 'demo', ...process.argv.slice(2)],
  { stdio: 'inherit' },
);
process.exitCode = signal === null ? (status ?? 1) : 130;
