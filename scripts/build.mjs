// Builds what is published: dist/ (split bundle, service code for the sandbox) and THIRD_PARTY_LICENSES.
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { thirdPartyLicenses } from './licenses.mjs';
import { slimSdk } from './slim-sdk.mjs';
import { buildServices } from './zip-services.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * CommonJS packages inside the bundle ask for Node's own modules through require. Only the chunks that do so get one:
 * making it costs start-up time in each.
 */
const REQUIRE =
  "import{createRequire as createRequireOfBundle}from'node:module';const require=createRequireOfBundle(import.meta.url);\n";

/** Bundles everything into `outdir`; answers esbuild's metafile. */
export async function buildAll(outdir = 'dist') {
  rmSync(new URL(`../${outdir}`, import.meta.url), { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { cvops: 'src/process-host.ts', 'sandbox-daemon': 'src/sandbox-daemon.ts' },
    outdir,
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    // The SDK's ES modules: its CommonJS build cannot be split and triples the start-up time.
    mainFields: ['module', 'main'],
    conditions: ['module'],
    // All files side by side: code that looks for a file beside itself finds it.
    chunkNames: '[name]-[hash]',
    legalComments: 'none',
    plugins: [slimSdk],
    metafile: true,
    logLevel: 'warning',
  });
  for (const file of Object.keys(metafile.outputs)) {
    const path = join(root, file);
    const code = readFileSync(path, 'utf8');
    if (/\brequire\b/.test(code)) writeFileSync(path, REQUIRE + code);
  }
  // Programs of threads: each is a file of its own beside the bundle.
  for (const runtime of ['simulator/lambda/runtime-bootstrap.mjs', 'sandbox/worker-runtime.mjs']) {
    copyFileSync(
      new URL(`../src/lib/${runtime}`, import.meta.url),
      new URL(`../${outdir}/${runtime.split('/').at(-1)}`, import.meta.url),
    );
  }
  const services = await buildServices({ outDir: fileURLToPath(new URL(`../${outdir}/services`, import.meta.url)) });
  writeFileSync(new URL('../.cache/meta.json', import.meta.url), JSON.stringify(metafile));
  return { metafile, services };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { mkdirSync } = await import('node:fs');
  mkdirSync(new URL('../.cache', import.meta.url), { recursive: true });
  const { metafile, services } = await buildAll();
  writeFileSync(
    new URL('../THIRD_PARTY_LICENSES', import.meta.url),
    thirdPartyLicenses(root, [metafile, ...services.metafiles]),
  );
}
