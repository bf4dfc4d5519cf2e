// Set-up shared by `npm run demo` and `npm test`: packages and bundle, each only when missing or stale.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Installs the packages of the lock file and builds dist/, unless both are there and fresh. */
export function prepare() {
  const installed = newest('node_modules/.package-lock.json');
  if (installed === 0 || installed < newest('package-lock.json')) {
    timed('install packages', 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  }
  const built = newest('dist/build-id');
  const sources = Math.max(...['src', 'services', 'scripts', 'package-lock.json'].map(newest));
  if (built === 0 || built < sources) timed('build', process.execPath, ['scripts/build.mjs']);
}

function timed(what, command, args) {
  const started = Date.now();
  process.stderr.write(`${what} …\n`);
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    process.stderr.write(`${what} failed\n`);
    process.exit(1);
  }
  process.stderr.write(`${what}: ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
}

/** Latest change (ms) of a file, or of any file below a folder; 0 when there is none. */
function newest(path) {
  const full = join(root, path);
  if (!existsSync(full)) return 0;
  const stat = statSync(full);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(0, ...readdirSync(full).map((name) => newest(join(path, name))));
}
