// Bundles the three services of the example system and packs the Lambda functions as reproducible zips: the same
// sources give the same bytes, whoever builds them, where and when. So an unchanged function stays unchanged for
// Lambda (`CodeSha256`) and for Terraform (`source_code_hash`).
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { strToU8, zipSync } from 'fflate';

const root = fileURLToPath(new URL('..', import.meta.url));

const FUNCTIONS = {
  processor: { zipped: 'processor.zip', entry: 'services/processor/index.ts' },
  brokenProcessor: { zipped: 'processor-broken.zip', entry: 'services/processor/broken-release.ts' },
  reporter: { zipped: 'reporter.zip', entry: 'services/reporter/index.ts' },
};

/**
 * Writes `processor.zip`, `processor-broken.zip`, `reporter.zip` (each with one `index.mjs`, handler `index.handler`)
 * and `worker.mjs` to `outDir`.
 * @param {{ outDir: string }} options an absolute path, or one relative to the working directory
 * @returns {Promise<{ files: { name: string, bytes: number, sha256: string }[], codes: Record<string, string>, metafiles: import('esbuild').Metafile[] }>}
 */
export async function buildServices({ outDir }) {
  mkdirSync(outDir, { recursive: true });
  const files = [];
  const metafiles = [];
  const write = (name, contents) => {
    writeFileSync(join(outDir, name), contents);
    files.push({ name, bytes: contents.length, sha256: createHash('sha256').update(contents).digest('base64') });
  };
  const codes = {};
  for (const [name, { zipped, entry }] of Object.entries(FUNCTIONS)) {
    // Node 20 rather than Lambda's 22, since the sandbox runs the same package on the user's own Node.
    const { code, metafile } = await bundle(entry, { platform: 'node', target: 'node20.19' });
    write(zipped, zip({ 'index.mjs': code }));
    codes[name] = code.toString();
    metafiles.push(metafile);
  }
  const { code, metafile } = await bundle('services/worker/index.ts', { platform: 'neutral', target: 'es2022' });
  write('worker.mjs', code);
  metafiles.push(metafile);
  return { files, codes: { ...codes, worker: code.toString() }, metafiles };
}

async function bundle(entry, options) {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: 'esm',
    mainFields: ['module', 'main'],
    conditions: ['module', 'import'],
    legalComments: 'none',
    treeShaking: true,
    metafile: true,
    write: false,
    outfile: 'index.mjs',
    logLevel: 'warning',
    ...options,
  });
  return { code: Buffer.from(outputFiles[0].contents), metafile };
}

/** A zip without anything of the day or the machine: names sorted, one time, one mode. */
function zip(contents) {
  const entries = Object.keys(contents)
    .sort()
    .map((name) => {
      const data = typeof contents[name] === 'string' ? strToU8(contents[name]) : new Uint8Array(contents[name]);
      // Zips carry local time, so a local date reads the same in every zone. 0644 in the upper half: readable by
      // Lambda's own user, as https://docs.aws.amazon.com/lambda/latest/dg/nodejs-package.html asks.
      return [name, [data, { mtime: new Date(1980, 0, 1), os: 3, attrs: 0o100644 << 16, level: 9 }]];
    });
  return zipSync(Object.fromEntries(entries));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { files } = await buildServices({ outDir: process.argv[2] ?? join(root, 'dist', 'services') });
  for (const { name, bytes, sha256 } of files) console.log(`${name}\t${bytes} bytes\t${sha256}`);
}
