// The browser that the usage page is tested in: the one on this machine, else Debian's headless Chromium, unpacked below
// .cache/chromium with the libraries that this machine lacks. Nothing is installed and no rights are needed: apt-get only
// resolves and downloads, with lists of its own.
//
//   node scripts/chromium.mjs        find or unpack; prints where it is
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { madeOnce } from './made-once.mjs';

const defaultCache = fileURLToPath(new URL('../.cache/chromium', import.meta.url));
const MINUTE_MS = 60_000;
/** Without fonts a page has no text; a machine that has them already downloads none. */
const PACKAGES = ['chromium-headless-shell', 'fonts-dejavu-core'];
const ON_MACHINES = [
  'chromium',
  'chromium-headless-shell',
  'google-chrome',
  'google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/**
 * Finds or unpacks a browser that runs here. `CVOPS_CHROMIUM` names another.
 * @param {{ cache?: string }} options folder of what is unpacked
 * @throws Error that says what is missing
 */
export async function prepareChromium({ cache = defaultCache } = {}) {
  const named = process.env.CVOPS_CHROMIUM;
  for (const executable of named === undefined ? ON_MACHINES : [named]) {
    const version = await versionOf(executable, {});
    if (version !== undefined) return { executable, env: {}, version, source: 'machine' };
  }
  if (named !== undefined) throw new Error(`CVOPS_CHROMIUM=${named} does not start`);
  const folder = join(cache, `debian-${process.arch}`);
  return (
    (await unpacked(folder)) ?? (await unpacked(folder, { afresh: true })) ?? fail('the unpacked one does not start')
  );
}

function fail(reason) {
  throw new Error(`no Chromium on this machine, and ${reason}`);
}

/** What was unpacked for a machine with other libraries does not start and is made afresh. */
async function unpacked(folder, { afresh = false } = {}) {
  if (afresh) await rm(folder, { recursive: true, force: true });
  await madeOnce(folder, unpack);
  const executable = join(folder, 'usr', 'lib', 'chromium', 'chromium-headless-shell');
  const env = {
    LD_LIBRARY_PATH: await libraryFolders(join(folder, 'usr', 'lib')),
    // Where there are no fonts either, those that came with it.
    ...(existsSync('/etc/fonts/fonts.conf') ? {} : { FONTCONFIG_SYSROOT: folder }),
  };
  const version = await versionOf(executable, env);
  return version === undefined ? undefined : { executable, env, version, source: 'cache' };
}

async function unpack(folder) {
  const apt = join(folder, 'apt');
  const archives = join(apt, 'archives');
  await mkdir(join(apt, 'lists', 'partial'), { recursive: true });
  await mkdir(join(archives, 'partial'), { recursive: true });
  const options = {
    'Debug::NoLocking': '1',
    'Dir::State::lists': join(apt, 'lists'),
    'Dir::Cache::archives': archives,
    'Dir::Cache::pkgcache': '',
    'Dir::Cache::srcpkgcache': '',
    // Its own user could not write into this folder.
    'APT::Sandbox::User': '',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '3',
  };
  const aptGet = (...args) =>
    run('apt-get', [
      '-q',
      '-y',
      ...Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]),
      ...args,
    ]);
  process.stderr.write('unpacking Chromium …\n');
  await aptGet('update');
  await aptGet('install', '--no-install-recommends', '--download-only', ...PACKAGES);
  for (const name of await readdir(archives)) {
    if (name.endsWith('.deb')) await run('dpkg-deb', ['--extract', join(archives, name), folder]);
  }
  await rm(apt, { recursive: true, force: true });
}

async function run(command, args) {
  const { failed, code, all, shortMessage } = await execa(command, args, {
    all: true,
    reject: false,
    stdin: 'ignore',
    timeout: 5 * MINUTE_MS,
  });
  if (code === 'ENOENT') fail(`no ${command} to get it with`);
  const reason = all?.split('\n').findLast((line) => /^E:|rror/.test(line)) ?? shortMessage;
  if (failed) fail(`${command} could not get it: ${reason}`);
}

/** Every folder with shared libraries, for the loader. */
async function libraryFolders(folder) {
  const entries = await readdir(folder, { recursive: true });
  return [
    ...new Set(entries.filter((name) => /\.so(\.|$)/.test(name)).map((name) => join(folder, dirname(name)))),
  ].join(':');
}

/** Undefined when it does not start. */
async function versionOf(executable, env) {
  const { failed, stdout } = await execa(executable, ['--version'], {
    env,
    reject: false,
    stdin: 'ignore',
    timeout: MINUTE_MS,
  });
  return failed ? undefined : stdout.trim();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { version, source, executable } = await prepareChromium();
  console.log(`${version} (${source}): ${executable}`);
}
