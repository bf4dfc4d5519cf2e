// Puts what the sandbox reads from files of its own into the program itself: the programs of its threads and the
// built services. So the published program needs no file but its pack, and writes none.
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { minifySync } from 'rolldown/utils';

const THREAD = /new URL\('(\.\/[\w-]+\.mjs)', import\.meta\.url\)/g;

/**
 * Names that stack traces show for the programs of threads. The Lambda runtime goes by its name on Lambda, see
 * `hidePaths` in runtime-bootstrap.mjs.
 */
const NAMES = { 'runtime-bootstrap.mjs': '/var/runtime/index.mjs' };

/**
 * @param {Readonly<Record<'processor' | 'brokenProcessor' | 'reporter' | 'worker', string>>} services code of each
 * @returns {import('rolldown').Plugin}
 */
export function selfContained(services) {
  return {
    name: 'self-contained',
    load(id) {
      if (!id.endsWith('.ts')) return undefined;
      if (basename(id) === 'built-services.ts') return { code: servicesModule(services), moduleType: 'js' };
      const source = readFileSync(id, 'utf8');
      const code = source.replace(THREAD, (_, path) => threadUrl(join(dirname(id), path)));
      return code === source ? undefined : { code, moduleType: 'ts' };
    },
  };
}

/** Takes the place of src/lib/sandbox/built-services.ts. Packages are made on the spot: packed twice, code is larger. */
function servicesModule({ worker, ...functions }) {
  const packages = Object.entries(functions).map(([name, code]) => `${name}: zip(${JSON.stringify(code)})`);
  return `import { strToU8, zipSync } from 'fflate';
    const zip = (code) => zipSync({ 'index.mjs': [strToU8(code), { level: 0, mtime: new Date(1980, 0, 1) }] });
    export const builtServices = () => ({ ${packages.join(', ')}, worker: ${dataUrl(worker, 'worker.mjs')} });`;
}

function threadUrl(path) {
  const name = NAMES[basename(path)] ?? basename(path);
  const source = readFileSync(path, 'utf8').replaceAll('import.meta.filename', JSON.stringify(name));
  if (source.includes('import.meta')) throw new Error(`${path} uses import.meta, which means nothing in a data URL`);
  const { code, errors } = minifySync(path, source, { module: true });
  if (errors.length > 0) throw new Error(`${path}: ${errors[0].message}`);
  return `new URL(${dataUrl(code, name.startsWith('/') ? `file://${name}` : name)})`;
}

function dataUrl(code, sourceUrl) {
  return `'data:text/javascript,' + encodeURIComponent(${JSON.stringify(`${code}\n//# sourceURL=${sourceUrl}\n`)})`;
}
