// `node scripts/hcp-server.mjs`: the tests' HCP Terraform for a hand, on a port of this machine until Ctrl-C. It has the
// three workspaces; bob holds the lock of the worker's, and a run that of the reporter's. Prints what to export.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const ENTRY = new URL('../test/support/hcp-server/hcp-server.ts', import.meta.url);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const LINEAGE = '6f1c1c0e-8a53-4d7b-9a58-0c5f3f1b2a11';

const folder = mkdtempSync(join(tmpdir(), 'cvops-hcp-'));
const bundle = join(folder, 'server.mjs');
await build({
  entryPoints: [fileURLToPath(ENTRY)],
  outfile: bundle,
  bundle: true,
  platform: 'node',
  format: 'esm',
  logLevel: 'error',
  // HashiCorp's document lies beside the source.
  define: { 'import.meta.url': JSON.stringify(ENTRY.href) },
  // ajv is CommonJS.
  banner: {
    js: `import { createRequire as requireFor } from 'node:module'; const require = requireFor(${JSON.stringify(ENTRY.href)});`,
  },
});
const { startHcpServer, ana, bob } = await import(pathToFileURL(bundle).href);
rmSync(folder, { recursive: true });

const server = await startHcpServer();
const { world } = server;
const [worker, processor, reporter] = ['worker', 'processor', 'reporter'].map((name) =>
  world.addWorkspace(`cv-analytics-${name}`),
);
// Whole, so that Terraform itself goes on from it.
const state = Buffer.from(
  JSON.stringify({
    version: 4,
    terraform_version: '1.11.4',
    serial: 1,
    lineage: LINEAGE,
    outputs: {},
    resources: [
      {
        mode: 'managed',
        type: 'terraform_data',
        name: 'queue',
        provider: 'provider["terraform.io/builtin/terraform"]',
        instances: [{ schema_version: 0, attributes: { id: '9f0e6c7a-2d44-4f0b-8f63-6a3a5f2f7d10' } }],
      },
    ],
  }),
);
for (const each of [worker, processor, reporter]) {
  world.addState(each, { createdBy: ana.id, content: state, lineage: LINEAGE, createdAt: ago(DAY_MS) });
}
worker.lock = { type: 'users', id: bob.id, reason: `moving the queue [cvops, ${ago(HOUR_MS)}]` };
world.startRun(reporter, 'applying', 'Nightly');
world.addVar(processor, 'AWS_ACCESS_KEY_ID', { value: 'AKIAIOSFODNN7EXAMPLE', sensitive: true });
world.addVar(processor, 'AWS_SECRET_ACCESS_KEY', { value: 'readable-by-all', createdAt: ago(200 * DAY_MS) });

for (const [name, value] of Object.entries(server.env(ana))) console.log(`export ${name}=${value}`);
console.error(`ana, who may do all; bob's token is ${bob.token}. Ctrl-C ends it.`);
process.once('SIGINT', async () => {
  await server.close();
  for (const each of server.violations) console.error(`not as HashiCorp's document says: ${each}`);
});

function ago(ms) {
  return new Date(Date.now() - ms).toISOString();
}
