// Builds what is published: dist/ (the program as one pack, the services of the sandbox) and THIRD_PARTY_LICENSES.
import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { thirdPartyLicenses } from './licenses.mjs';
import { pack } from './pack.mjs';
import { selfContained } from './self-contained.mjs';
import { slimSdk } from './slim-sdk.mjs';
import { buildServices } from './zip-services.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Bundles everything into dist/; answers what went in, in the shape of esbuild's metafile. */
async function buildAll() {
  const dist = join(root, 'dist');
  rmSync(dist, { recursive: true, force: true });
  const services = await buildServices({ outDir: join(dist, 'services') });
  const bundle = await rolldown({
    cwd: root,
    input: { cvops: 'src/process-host.ts', 'sandbox-daemon': 'src/sandbox-daemon.ts' },
    platform: 'node',
    plugins: [slimSdk, selfContained(services.codes)],
    resolve: {
      // The SDK's ES modules: its CommonJS build cannot be split and triples the start-up time.
      mainFields: ['module', 'main'],
      conditionNames: ['module', 'node', 'import', 'require'],
    },
    transform: { target: 'node20.19' },
  });
  // CommonJS: modules are found at once and can be kept compiled, which takes a third off a command.
  const { output } = await bundle.generate({
    format: 'cjs',
    dynamicImportInCjs: false,
    minify: { mangle: { toplevel: true }, compress: { target: 'node20.19' }, codegen: { removeWhitespace: true } },
    comments: { legal: false, annotation: false, jsdoc: false },
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
  });
  await bundle.close();
  const program = pack(output.map(({ fileName, code }) => ({ name: fileName, code })));
  writeFileSync(join(dist, 'cvops.br'), program);
  // Tells this build's modules in the cache folder from those of another one.
  writeFileSync(join(dist, 'build-id'), createHash('sha256').update(program).digest('hex').slice(0, 12));
  return { metafile: describe(output), services };
}

function describe(chunks) {
  const links = (names, kind) => names.map((path) => ({ path, kind }));
  const outputs = chunks.map(({ fileName, code, modules, imports, dynamicImports }) => [
    fileName,
    {
      bytes: Buffer.byteLength(code),
      imports: [...links(imports, 'import-statement'), ...links(dynamicImports, 'dynamic-import')],
      inputs: Object.fromEntries(
        Object.entries(modules).map(([id, { renderedLength }]) => [
          relative(root, id).replaceAll('\\', '/'),
          { bytesInOutput: renderedLength },
        ]),
      ),
    },
  ]);
  return { outputs: Object.fromEntries(outputs) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { metafile, services } = await buildAll();
  mkdirSync(new URL('../.cache', import.meta.url), { recursive: true });
  writeFileSync(new URL('../.cache/meta.json', import.meta.url), JSON.stringify(metafile));
  writeFileSync(
    new URL('../THIRD_PARTY_LICENSES', import.meta.url),
    thirdPartyLicenses(root, [metafile, ...services.metafiles]),
  );
}
