// Loads the program, which is published as one pack of CommonJS modules (scripts/pack.mjs writes it). Decompressing and
// compiling take a third of the time of a command, so modules that were loaded once are kept in the user's cache
// folder, compiled. docs/performance.md has the figures.
const fs = require('node:fs');
const { dirname, join } = require('node:path');
const { Script } = require('node:vm');
const { brotliDecompressSync, crc32 } = require('node:zlib');

/** Builds of cvops, versions of Node and sets of flags whose modules are kept: the latest. */
const MOST_FILES = 4;

/**
 * @param {{ version?: string, folder?: string, env?: NodeJS.ProcessEnv }} [options] with a version, compiled modules are
 *   kept from run to run; folder: that of the pack.
 * @returns {{ load(name: string): any, keep(): void }} `load` answers what a module exports; `keep` writes down what was
 *   compiled.
 */
exports.openProgram = ({ version, folder = join(__dirname, '..', 'dist'), env = process.env } = {}) => {
  const path = version === undefined ? undefined : cachePath(version, folder, env);
  const cached = path === undefined ? new Map() : readCache(path);
  let packed;
  const modules = new Map();
  const fresh = new Map();

  const unpack = (name) => {
    packed ??= readPack(join(folder, 'cvops.br'));
    const code = packed.get(name);
    if (code === undefined) throw new Error(`${name} is missing from this installation of cvops.`);
    return code;
  };

  const load = (name) => {
    const known = modules.get(name);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    modules.set(name, module);
    const { code, compiled } = cached.get(name) ?? { code: unpack(name) };
    const filename = join(folder, name);
    const script = new Script(`(function(exports,require,module,__filename,__dirname){${code}\n})`, {
      filename,
      cachedData: compiled,
    });
    // V8 refuses what another V8 has compiled.
    if (compiled === undefined || script.cachedDataRejected) fresh.set(name, { code, script });
    const ask = (asked) => (asked.startsWith('./') ? load(asked.slice(2)) : require(asked));
    script.runInThisContext().call(module.exports, module.exports, ask, module, filename, folder);
    return module.exports;
  };

  const keep = () => {
    if (path === undefined || fresh.size === 0) return;
    // Compiled data is taken now rather than at the start: with the functions that ran since.
    for (const [name, { code, script }] of fresh) cached.set(name, { code, compiled: script.createCachedData() });
    writeCache(path, cached);
  };

  return { load, keep };
};

/** A line of JSON, `[[name, bytes], …]`, and the modules one after the other. */
function readPack(path) {
  const data = brotliDecompressSync(fs.readFileSync(path));
  const end = data.indexOf('\n');
  let at = end + 1;
  const modules = JSON.parse(data.toString('utf8', 0, end)).map(([name, bytes]) => {
    at += bytes;
    return [name, data.toString('utf8', at - bytes, at)];
  });
  return new Map(modules);
}

/** Below XDG_CACHE_HOME; one file for each build of cvops, version of Node and set of flags. Undefined: keep nothing. */
function cachePath(version, folder, { HOME, XDG_CACHE_HOME, NODE_DISABLE_COMPILE_CACHE, NODE_OPTIONS = '' }) {
  if (NODE_DISABLE_COMPILE_CACHE === '1') return undefined;
  const build = fs.readFileSync(join(folder, 'build-id'), 'latin1');
  const flags = crc32([...process.execArgv, NODE_OPTIONS].join(' ')).toString(36);
  const name = `${version}-${build}-node-${process.versions.node}-${process.arch}-${flags}.bin`;
  return join(XDG_CACHE_HOME || join(HOME || require('node:os').homedir(), '.cache'), 'cvops', name);
}

/**
 * CRC-32 and length of the index, the index `[[name, bytes of code, bytes of compiled data], …]`, and code and compiled
 * data of each module.
 */
function readCache(path) {
  const cached = new Map();
  try {
    const file = fs.openSync(path, 'r');
    let data;
    try {
      // It is run as it is, so nothing is taken that another user could have written.
      if (!isOwn(fs.fstatSync(file))) return cached;
      data = fs.readFileSync(file);
    } finally {
      fs.closeSync(file);
    }
    if (crc32(data.subarray(4)) !== data.readUInt32LE(0)) return cached;
    const start = 8 + data.readUInt32LE(4);
    let at = start;
    for (const [name, ofCode, ofCompiled] of JSON.parse(data.toString('utf8', 8, start))) {
      const code = data.toString('utf8', at, at + ofCode);
      cached.set(name, { code, compiled: data.subarray(at + ofCode, at + ofCode + ofCompiled) });
      at += ofCode + ofCompiled;
    }
  } catch {
    // Not there yet, or not readable: the pack has everything.
  }
  return cached;
}

/** Two processes may write at once: each writes a file of its own and puts it in place; the later one wins. */
function writeCache(path, cached) {
  const own = `${path}.${process.pid}`;
  try {
    const parent = dirname(path);
    fs.mkdirSync(parent, { recursive: true, mode: 0o700 });
    if (!isOwn(fs.statSync(parent))) return;
    const bodies = [...cached].map(([name, { code, compiled }]) => [name, Buffer.from(code), compiled]);
    const index = Buffer.from(JSON.stringify(bodies.map(([name, code, { length }]) => [name, code.length, length])));
    const head = Buffer.alloc(8);
    head.writeUInt32LE(index.length, 4);
    const data = Buffer.concat([head, index, ...bodies.flatMap(([, code, compiled]) => [code, compiled])]);
    data.writeUInt32LE(crc32(data.subarray(4)), 0);
    fs.writeFileSync(own, data, { mode: 0o600, flag: 'wx' });
    fs.renameSync(own, path);
    dropOldest(parent);
  } catch {
    // A full disk, a folder that cannot be written: the next run compiles again.
    try {
      fs.unlinkSync(own);
    } catch {}
  }
}

function dropOldest(parent) {
  const files = fs.readdirSync(parent).filter((name) => /\.bin(\.\d+)?$/.test(name));
  const byAge = files.map((name) => join(parent, name)).map((file) => ({ file, written: fs.statSync(file).mtimeMs }));
  for (const { file } of byAge.sort((a, b) => b.written - a.written).slice(MOST_FILES))
    fs.rmSync(file, { force: true });
}

function isOwn({ uid, mode }) {
  return process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
}
