// Holds the published package to its budgets: size, what is loaded at start, start-up time. The figures behind the
// limits, and the aims that they fall short of, are in docs/performance.md. Sizes are the same on every machine and
// their limits are tight. Start-up times are not: their limits only catch a command that became slow in kind (a heavy
// module loaded early), and the measured figure is printed for the eye.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const failures = [];

function hold(what, value, limit, unit = '') {
  const ok = value <= limit;
  console.log(`${ok ? 'ok  ' : 'OVER'}  ${what}: ${value}${unit} of ${limit}${unit}`);
  if (!ok) failures.push(what);
}

function packageSize() {
  const [pack] = JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  );
  hold('tarball', Math.round(pack.size / 1000), 475, ' kB');
  hold('unpacked', Math.round(pack.unpackedSize / 1000), 510, ' kB');
}

/** Everything that the module `cvops.js` imports statically is loaded by every command. */
function eagerImports() {
  const { outputs } = JSON.parse(readFileSync(new URL('../.cache/meta.json', import.meta.url), 'utf8'));
  const eager = new Set();
  const visit = (file) => {
    if (eager.has(file)) return;
    eager.add(file);
    for (const { path, kind } of outputs[file]?.imports ?? [])
      if (kind === 'import-statement' && path in outputs) visit(path);
  };
  visit('cvops.js');
  const inputs = [...eager].flatMap((file) => Object.keys(outputs[file].inputs));
  const heavy = inputs.filter((input) =>
    /node_modules\/(@aws-sdk|@smithy|ora|cli-table3|@inquirer|zod|jmespath|chalk)\/|src\/lib\/simulator\//.test(input),
  );
  if (heavy.length > 0) console.log(heavy.join('\n'));
  hold('heavy modules loaded by every command', heavy.length, 0);
  hold(
    'code loaded by every command',
    Math.round([...eager].reduce((sum, file) => sum + outputs[file].bytes, 0) / 1000),
    110,
    ' kB',
  );
}

function wall(args, env) {
  const started = process.hrtime.bigint();
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'ignore', 'pipe'] });
  const ms = Number(process.hrtime.bigint() - started) / 1e6;
  if (status !== 0) throw new Error(`${args.join(' ')} exited ${status}: ${stderr}`);
  return ms;
}

/** Ratio of the fastest of many runs to the fastest `node -e 0`, in turn: what else the machine does only adds time. */
function ratio(args, env, runs = 25) {
  let bare = Number.POSITIVE_INFINITY;
  let own = Number.POSITIVE_INFINITY;
  for (let i = 0; i < runs; i++) {
    bare = Math.min(bare, wall(['-e', '0'], env));
    own = Math.min(own, wall(args, env));
  }
  return Math.round((own / bare) * 100) / 100;
}

/**
 * In a clean environment, where a bare Node starts fastest and the ratio is worst: with NODE_EXTRA_CA_CERTS set, as on
 * many managed machines, every Node reads certificates first and the ratio halves.
 */
async function startup() {
  const env = {
    PATH: process.env.PATH,
    HOME: root,
    AWS_ACCESS_KEY_ID: 'x',
    AWS_SECRET_ACCESS_KEY: 'x',
    AWS_REGION: 'us-east-1',
  };
  hold('cvops --version, times node -e 0', ratio(['bin/cvops.js', '--version'], env), 2);
  // The answering server runs in a process of its own: spawnSync would block it here.
  const { fork } = await import('node:child_process');
  const child = fork(fileURLToPath(import.meta.url), ['serve-alias']);
  const port = await new Promise((resolve) => child.once('message', resolve));
  try {
    hold(
      'cvops alias show, times node -e 0',
      ratio(['bin/cvops.js', 'alias', 'show', 'processor', '--endpoint-url', `http://127.0.0.1:${port}`], env),
      10,
    );
  } finally {
    child.kill();
  }
}

if (process.argv[2] === 'serve-alias') {
  const alias = JSON.stringify({
    AliasArn: 'arn:aws:lambda:us-east-1:000000000000:function:f:live',
    Name: 'live',
    FunctionVersion: '5',
    Description: '',
    RevisionId: 'r',
  });
  const server = createServer((_request, response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(alias),
  );
  server.listen(0, '127.0.0.1', () => process.send(server.address().port));
} else {
  packageSize();
  eagerImports();
  await startup();
  if (failures.length > 0) {
    console.error(`over budget: ${failures.join(', ')}`);
    process.exit(1);
  }
}
