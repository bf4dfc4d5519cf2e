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
  const cache = path === undefined ? NOTHING_KEPT : openCache(path);
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
    const { code, compiled } = cache.get(name) ?? { code: unpack(name) };
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
    const ofThisRun = [...fresh].map(([name, { code, script }]) => [
      name,
      script.createCachedData(),
      Buffer.from(code),
    ]);
    writeCache(path, () => [...cache.others(fresh), ...ofThisRun]);
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

const NOTHING_KEPT = { get: () => undefined, others: () => [] };

/**
 * CRC-32 and length of the index, the index `[[name, bytes of compiled data, bytes of code, CRC-32 of both], …]`, and the
 * two of each module. Only what is asked for is read: other commands may have left far more. Compiled data comes first,
 * where it is aligned; V8 copies it otherwise.
 */
function openCache(path) {
  try {
    const file = fs.openSync(path, 'r');
    // It is run as it is, so nothing is taken that another user could have written.
    const stat = fs.fstatSync(file);
    if (!isOwn(stat)) return NOTHING_KEPT;
    const head = readAt(file, 0, 8);
    const index = readAt(file, 8, Math.min(head.readUInt32LE(4), stat.size));
    if (crc32(index) !== head.readUInt32LE(0)) return NOTHING_KEPT;
    const places = new Map();
    let at = 8 + index.length;
    for (const [name, ofCompiled, ofCode, crc] of JSON.parse(index.toString())) {
      places.set(name, { at, ofCompiled, ofCode, crc });
      at += ofCompiled + ofCode;
    }
    /** Compiled data and code. */
    const read = (name) => {
      const { at, ofCompiled, ofCode, crc } = places.get(name);
      const data = readAt(file, at, ofCompiled + ofCode);
      return crc32(data) === crc ? [data.subarray(0, ofCompiled), data.subarray(ofCompiled)] : undefined;
    };
    return {
      get(name) {
        const parts = places.has(name) ? read(name) : undefined;
        return parts && { compiled: parts[0], code: parts[1].toString() };
      },
      /** All but those, as they are kept; asked for last. */
      others(names) {
        const kept = [...places.keys()].filter((name) => !names.has(name)).map((name) => [name, read(name)]);
        // Windows puts no file in the place of one that is open.
        fs.closeSync(file);
        return kept.filter(([, parts]) => parts !== undefined).map(([name, parts]) => [name, ...parts]);
      },
    };
  } catch {
    // Not there yet, or not readable: the pack has everything.
    return NOTHING_KEPT;
  }
}

/** Bytes that the file is too short for are zero. */
function readAt(file, position, bytes) {
  const data = Buffer.alloc(bytes);
  fs.readSync(file, data, 0, bytes, position);
  return data;
}

/** Two processes may write at once: each writes a file of its own and puts it in place; the later one wins. */
function writeCache(path, collect) {
  const own = `${path}.${process.pid}`;
  try {
    const modules = collect();
    const parent = dirname(path);
    fs.mkdirSync(parent, { recursive: true, mode: 0o700 });
    if (!isOwn(fs.statSync(parent))) return;
    const entries = modules.map(([name, compiled, code]) => [
      name,
      compiled.length,
      code.length,
      crc32(code, crc32(compiled)),
    ]);
    const index = Buffer.from(JSON.stringify(entries));
    const head = Buffer.alloc(8);
    head.writeUInt32LE(crc32(index), 0);
    head.writeUInt32LE(index.length, 4);
    const data = Buffer.concat([head, index, ...modules.flatMap(([, compiled, code]) => [compiled, code])]);
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
  for (const { file } of byAge.sort((a, b) => b.written - a.written).slice(MOST_FILES)) fs.unlinkSync(file);
}

function isOwn({ uid, mode }) {
  return process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
}
