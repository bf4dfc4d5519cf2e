import { describe, expect, test } from 'vitest';
import { fill } from './support/expression.ts';
import { type Happening, play, type Run } from './support/run-jobs.ts';
import { findStep, runStep } from './support/run-step.ts';

const ROOT = (service: string) => `infra/terraform/${service}/main.tf`;
const ALL = ['worker', 'processor', 'reporter'].map(ROOT);
const CODE = ['reporter', 'processor', 'worker'].map((service) => `services/${service}/index.ts`);

const ran = ({ ran }: Run) => ran.map(({ path }) => path);
const terraform = (happening: Happening) => play('terraform.yml', happening);
const deploy = (happening: Omit<Happening, 'event'>) => play('deploy.yml', { event: 'push', ...happening });

describe('Terraform on a pull request', () => {
  const event = 'pull_request';

  test('plans what changed, says so in one comment, and applies nothing', () => {
    expect(ran(terraform({ event, files: [ROOT('processor')] }))).toEqual([
      'detect',
      'check',
      'plan (processor) / plan',
      'comment',
      'gate',
    ]);
  });

  test('plans all three when the workflow changed', () => {
    const paths = ran(terraform({ event, files: ['.github/workflows/terraform.yml'] }));
    expect(paths.filter((path) => path.startsWith('plan'))).toHaveLength(3);
    expect(paths.filter((path) => path.includes('apply'))).toEqual([]);
  });

  test('runs nothing but detection and gate when no service is concerned', () => {
    const run = terraform({ event, files: ['docs/usage.md'] });
    expect(ran(run)).toEqual(['detect', 'gate']);
    expect(run.results['check']).toBe('skipped');
  });

  test.each([
    ['a fork', { fork: true }],
    ['Dependabot', { author: 'dependabot[bot]' }],
  ])('of %s is checked, never planned', (_, who) => {
    const run = terraform({ event, files: [ROOT('worker')], ...who });
    expect(ran(run)).toEqual(['detect', 'check', 'gate']);
    expect(run.results['plan']).toBe('skipped');
  });

  test('comments on a plan that failed, too', () => {
    const run = terraform({ event, files: ALL, ends: { 'plan (worker) / plan': 'failure' } });
    expect(run.results).toMatchObject({ plan: 'failure', comment: 'success' });
    expect(ran(run)).toContain('plan (reporter) / plan');
  });

  test.each(['detect', 'check'])('plans nothing when %s failed, and the gate still speaks', (failed) => {
    const run = terraform({ event, files: ALL, ends: { [failed]: 'failure' } });
    expect(run.results).toMatchObject({ plan: 'skipped', comment: 'skipped', gate: 'success' });
  });
});

describe("Terraform's gate, with the results of the jobs before it", () => {
  const gate = findStep('terraform.yml', 'gate', 'did not pass');
  const verdict = (happening: Omit<Happening, 'event'>) => {
    const { contexts } = terraform({ event: 'pull_request', ...happening });
    const env = Object.entries(gate.env!).map(([name, value]) => [name, String(fill(value, { contexts }))]);
    return runStep(gate, { env: Object.fromEntries(env) }).code;
  };

  test.each<[string, Omit<Happening, 'event'>]>([
    ['one service', { files: [ROOT('worker')] }],
    ['all services', { files: ALL }],
    ['docs', { files: ['docs/usage.md'] }],
    ['a fork', { files: ALL, fork: true }],
    ['Dependabot', { files: ALL, author: 'dependabot[bot]' }],
  ])('passes a pull request of %s', (_, happening) => {
    expect(verdict(happening)).toBe(0);
  });

  test.each<[string, Omit<Happening, 'event'>]>([
    ['detection fails', { files: ALL, ends: { detect: 'failure' } }],
    ['detection fails for docs', { files: ['docs/usage.md'], ends: { detect: 'failure' } }],
    ['the check fails', { files: ALL, ends: { check: 'failure' } }],
    ['the check of a fork fails', { files: ALL, fork: true, ends: { check: 'failure' } }],
    ['one plan fails', { files: ALL, ends: { 'plan (processor) / plan': 'failure' } }],
    ['one plan takes too long', { files: ALL, ends: { 'plan (reporter) / plan': 'cancelled' } }],
    ['the comment fails', { files: ALL, ends: { comment: 'failure' } }],
  ])('fails where %s', (_, happening) => {
    expect(verdict(happening)).toBe(1);
  });
});

describe('Terraform on main', () => {
  const event = 'push';

  test('plans and applies in order: worker, processor, reporter', () => {
    expect(ran(terraform({ event, files: ALL }))).toEqual([
      'detect',
      'check',
      'apply-worker / plan',
      'apply-worker / apply',
      'apply-processor / plan',
      'apply-processor / apply',
      'apply-reporter / plan',
      'apply-reporter / apply',
    ]);
  });

  test.each([
    ['worker', ['worker']],
    ['processor', ['processor']],
    ['reporter', ['reporter']],
    ['worker', ['worker', 'reporter']],
  ])('a skipped service stops nobody: only %s and what else changed are applied', (_, services) => {
    const run = terraform({ event, files: services.map(ROOT) });
    const applied = ran(run).filter((path) => path.endsWith('/ apply'));
    expect(applied).toEqual(services.map((service) => `apply-${service} / apply`));
  });

  test('a service with nothing to do asks nobody for approval, and the next one goes on', () => {
    const run = terraform({ event, files: ALL, plansNothing: true });
    expect(ran(run).filter((path) => path.endsWith('/ apply'))).toEqual([]);
    expect(run.results).toMatchObject({
      'apply-worker': 'success',
      'apply-processor': 'success',
      'apply-reporter': 'success',
    });
  });

  test.each([
    ['apply-worker / plan', 'failure'],
    ['apply-worker / apply', 'failure'],
    ['apply-worker / apply', 'cancelled'],
    ['apply-worker', 'cancelled'],
  ] as const)('%s that ends as %s stops processor and reporter', (job, end) => {
    const run = terraform({ event, files: ALL, ends: { [job]: end } });
    expect(run.results).toMatchObject({
      'apply-worker': end,
      'apply-processor': 'skipped',
      'apply-reporter': 'skipped',
    });
  });

  test('a failed worker stops the reporter even where the processor is not concerned', () => {
    const run = terraform({
      event,
      files: [ROOT('worker'), ROOT('reporter')],
      ends: { 'apply-worker / apply': 'failure' },
    });
    expect(run.results).toMatchObject({ 'apply-processor': 'skipped', 'apply-reporter': 'skipped' });
  });

  test.each(['detect', 'check'])('nothing is applied when %s failed', (failed) => {
    const run = terraform({ event, files: ALL, ends: { [failed]: 'failure' } });
    expect(ran(run).filter((path) => path.startsWith('apply'))).toEqual([]);
  });

  test('nothing is applied after somebody cancels the run', () => {
    const run = terraform({ event, files: ALL, runCancelledAt: 'apply-worker' });
    expect(run.results).toMatchObject({ 'apply-processor': 'skipped', 'apply-reporter': 'skipped' });
  });
});

describe('drift', () => {
  test.each(['schedule', 'workflow_dispatch'] as const)(
    'on %s each service is planned, and nothing applied',
    (event) => {
      expect(ran(terraform({ event }))).toEqual([
        'drift (worker) / plan',
        'drift (processor) / plan',
        'drift (reporter) / plan',
      ]);
    },
  );

  test('one that drifted is red, and the others are looked at all the same', () => {
    const run = terraform({ event: 'schedule', ends: { 'drift (worker) / plan': 'failure' } });
    expect(run.results['drift']).toBe('failure');
    expect(ran(run)).toHaveLength(3);
  });
});

describe('deploying code', () => {
  test('who reads comes before who writes', () => {
    expect(ran(deploy({ files: CODE }))).toEqual([
      'detect',
      'check',
      'deploy-reporter / deploy',
      'deploy-processor / deploy',
      'deploy-worker',
    ]);
  });

  test.each(['reporter', 'processor', 'worker'])('only %s is deployed when only it changed', (service) => {
    const deployed = ran(deploy({ files: [`services/${service}/index.ts`] })).filter((path) =>
      path.startsWith('deploy'),
    );
    expect(deployed.map((path) => path.split(' ')[0])).toEqual([`deploy-${service}`]);
  });

  test('a processor that failed keeps the old worker, which it understands', () => {
    const run = deploy({ files: CODE, ends: { 'deploy-processor / deploy': 'failure' } });
    expect(run.results).toMatchObject({ 'deploy-reporter': 'success', 'deploy-worker': 'skipped' });
  });

  test('a reporter that failed stops the worker even where the processor is not concerned', () => {
    const run = deploy({ files: [CODE[0]!, CODE[2]!], ends: { 'deploy-reporter / deploy': 'failure' } });
    expect(run.results).toMatchObject({ 'deploy-processor': 'skipped', 'deploy-worker': 'skipped' });
  });

  test('nothing is deployed of what fails its tests', () => {
    const run = deploy({ files: CODE, ends: { check: 'failure' } });
    expect(ran(run)).toEqual(['detect', 'check']);
  });

  test('nothing is deployed from a pull request', () => {
    expect(play('deploy.yml', { event: 'pull_request', files: CODE }).started).toBe(false);
  });
});

describe('CI', () => {
  test('runs whole once, and what must run anywhere on three systems with three Nodes', () => {
    const paths = ran(play('ci.yml', { event: 'pull_request' }));
    expect(paths.filter((path) => path.startsWith('anywhere'))).toHaveLength(9);
    expect(paths).toContain('anywhere (windows-2025, 20)');
    expect(paths.filter((path) => path === 'whole')).toHaveLength(1);
  });

  test('of a private repository a pull request runs on Linux alone, and main everywhere', () => {
    const systems = (event: 'pull_request' | 'push') =>
      new Set(play('ci.yml', { event, privateRepository: true }).ran.map(({ runsOn }) => runsOn));
    expect([...systems('pull_request')]).toEqual(['ubuntu-24.04']);
    expect([...systems('push')]).toEqual(['ubuntu-24.04', 'macos-15', 'windows-2025']);
  });

  test('its gate runs whatever happens', () => {
    const run = play('ci.yml', {
      event: 'pull_request',
      ends: { whole: 'failure', 'anywhere (macos-15, 24)': 'failure' },
    });
    expect(run.results).toMatchObject({ whole: 'failure', anywhere: 'failure', gate: 'success' });
  });
});

test('a package that fails its tests is not published', () => {
  // A tag is pushed, which is a push to the model.
  expect(play('release.yml', { event: 'push', ends: { verify: 'failure' } }).results['publish']).toBe('skipped');
});
