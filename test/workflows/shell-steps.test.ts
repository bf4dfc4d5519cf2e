import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { findStep, runStep } from './support/run-step.ts';
import { allSteps, readProjectFile } from './support/workflow.ts';

test('bash can read every script', () => {
  const scripts = allSteps().filter(({ step }) => step.run !== undefined);
  expect(scripts.length).toBeGreaterThan(20);
  for (const { where, step } of scripts) {
    expect(spawnSync('bash', ['-n'], { input: step.run!, encoding: 'utf8' }).stderr, where).toBe('');
  }
});

describe("Terraform's gate", () => {
  const gate = findStep('terraform.yml', 'gate', 'did not pass');
  const judge = (results: string, services = '["worker"]', secrets = 'true') =>
    runStep(gate, { env: { RESULTS: results, SERVICES: services, SECRETS: secrets } });

  test('passes what was detected, checked, planned and told', () => {
    expect(judge('detect=success check=success plan=success comment=success').code).toBe(0);
  });

  test('passes a change that concerns no service', () => {
    expect(judge('detect=success check=skipped plan=skipped comment=skipped', '[]').code).toBe(0);
  });

  test('passes a pull request without secrets, and says that nothing was planned', () => {
    const { code, log } = judge('detect=success check=success plan=skipped comment=skipped', '["worker"]', 'false');
    expect(code).toBe(0);
    expect(log).toContain('::notice::No plan');
  });

  test.each([
    ['detection failed', 'detect=failure check=skipped plan=skipped comment=skipped', '', 'detect'],
    ['the check failed', 'detect=success check=failure plan=skipped comment=skipped', '["worker"]', 'check'],
    ['a plan failed', 'detect=success check=success plan=failure comment=success', '["worker"]', 'plan'],
    ['a plan was cancelled', 'detect=success check=success plan=cancelled comment=skipped', '["worker"]', 'plan'],
    [
      'a plan was skipped that should not be',
      'detect=success check=success plan=skipped comment=skipped',
      '["worker"]',
      'plan',
    ],
    ['the comment failed', 'detect=success check=success plan=success comment=failure', '["worker"]', 'comment'],
  ])('fails where %s', (_, results, services, named) => {
    const { code, log } = judge(results, services);
    expect(code).toBe(1);
    expect(log).toContain(`::error::${named} did not pass`);
  });

  test('fails a pull request without secrets whose check failed', () => {
    expect(judge('detect=success check=failure plan=skipped comment=skipped', '["worker"]', 'false').code).toBe(1);
  });
});

test.each([
  ['success success', 0],
  ['success failure', 1],
  ['cancelled success', 1],
  ['success skipped', 1],
])('the gate of CI answers "%s" with %i', (results, code) => {
  expect(runStep(findStep('ci.yml', 'gate', 'RESULTS'), { env: { RESULTS: results } }, false).code).toBe(code);
});

describe('cvops behind a pipe', () => {
  const tooMuch = "echo '| row | used |'; echo 'over 80 %' >&2; exit 6";

  test("usage over its threshold fails the job with cvops' own code, and the summary has the report", () => {
    const { code, summary } = runStep(findStep('usage.yml', 'usage', 'Report'), { commands: { node: tooMuch } });
    expect(code).toBe(6);
    expect(summary).toBe('| row | used |\n');
  });

  test('without a named shell the same would pass', () => {
    expect(runStep(findStep('usage.yml', 'usage', 'Report'), { commands: { node: tooMuch } }, false).code).toBe(0);
  });

  test('a deployment that a gate refuses fails, and the code that was built for the service is what it is given', () => {
    const { code, summary } = runStep(findStep('deploy-function.yml', 'deploy', 'Deploy'), {
      env: { SERVICE: 'processor', GITHUB_SHA: 'abc' },
      commands: { node: 'echo "$*"; exit 6' },
    });
    expect(code).toBe(6);
    expect(summary).toContain('deploy processor --zip dist/services/processor.zip --no-smoke --reason abc --yes');
  });
});

test('a function is smoked first where there is an event for it that does no harm', () => {
  const { log } = runStep(findStep('deploy-function.yml', 'deploy', 'Deploy'), {
    env: { SERVICE: 'processor', GITHUB_SHA: 'abc' },
    commands: { node: 'echo "$*"' },
    files: { '.github/smoke/processor.json': readProjectFile('.github/smoke/processor.json') },
  });
  expect(log).toContain('--smoke .github/smoke/processor.json');
  expect(JSON.parse(readProjectFile('.github/smoke/processor.json'))).toEqual({ Records: [] });
});

describe('one service planned', () => {
  const step = findStep('terraform-service.yml', 'plan', 'Plan');
  const BOOKMARK = '{"remote_plan_format":1,\n"run_id":"run-7","hostname":"app.terraform.io"}\n';
  const plan = (mode: string, exit: number, saved = BOOKMARK) =>
    runStep(step, {
      env: { MODE: mode, SERVICE: 'worker', BOOKMARK: saved },
      commands: {
        terraform: `echo "$*"
          for word in "$@"; do case "$word" in -out=*) printf '%s' "$BOOKMARK" > "\${word#-out=}" ;; esac; done
          exit ${exit}`,
      },
    });

  test.each(['plan', 'apply', 'drift'])(
    'in mode %s passes when there is nothing to do, and hands on nothing',
    (mode) => {
      const { code, outputs } = plan(mode, 0);
      expect(code).toBe(0);
      expect(outputs).toEqual({});
    },
  );

  test.each(['plan', 'apply', 'drift'])("in mode %s fails with Terraform's own error", (mode) => {
    expect(plan(mode, 1).code).toBe(1);
    expect(plan(mode, 127).code).toBe(127);
  });

  test.each(['plan', 'drift'])('in mode %s is speculative: nothing is saved', (mode) => {
    expect(plan(mode, 2).log).not.toContain('-out=');
  });

  test('a change passes on a pull request and is drift on a schedule', () => {
    expect(plan('plan', 2).code).toBe(0);
    const { code, log } = plan('drift', 2);
    expect(code).toBe(1);
    expect(log).toContain('::error::worker is not as its configuration says');
  });

  test('on main it hands on the bookmark in one line, and shows the plan', () => {
    const { code, outputs, summary } = plan('apply', 2);
    expect(code).toBe(0);
    expect(outputs['saved']).toBe(BOOKMARK.replaceAll('\n', ''));
    expect(summary).toContain('Terraform plan of worker');
  });

  test('a plan made on this machine, which can hold secrets, is not handed on', () => {
    const { code, outputs, log } = plan('apply', 2, 'PK\u0003\u0004 values');
    expect(code).toBe(1);
    expect(outputs).toEqual({});
    expect(log).toContain('execution mode to remote');
  });

  test('what is applied is the very bookmark', () => {
    const { code, log } = runStep(findStep('terraform-service.yml', 'apply', 'Apply the saved plan'), {
      env: { SAVED: BOOKMARK.replaceAll('\n', '') },
      commands: { terraform: 'echo "$1 $2"; cat "$3"' },
    });
    expect(code).toBe(0);
    expect(log).toBe(`apply -no-color\n${BOOKMARK.replaceAll('\n', '')}`);
  });
});

describe('a release', () => {
  const step = findStep('release.yml', 'verify', 'The tag is the version, and the package names this repository');
  const release = (tag: string, repository?: string) =>
    runStep(
      step,
      {
        env: { GITHUB_REF_NAME: tag, GITHUB_REPOSITORY: 'somebody/cvops' },
        files: { 'package.json': JSON.stringify({ version: '1.2.3', repository: repository && { url: repository } }) },
      },
      false,
    );

  test('goes on when the tag is the version and the package is from here', () => {
    expect(release('v1.2.3', 'git+https://github.com/somebody/cvops.git').code).toBe(0);
  });

  test.each([
    ['v1.2.4', 'git+https://github.com/somebody/cvops.git', 'the tag is v1.2.4, package.json says v1.2.3'],
    ['v1.2.3', 'git+https://github.com/another/cvops.git', 'this is somebody/cvops'],
    ['v1.2.3', undefined, 'no repository'],
  ])('stops at tag %s of %s', (tag, repository, why) => {
    const { code, log } = release(tag, repository);
    expect(code).toBe(1);
    expect(log).toContain(`::error::`);
    expect(log).toContain(why);
  });
});

describe('the Worker', () => {
  const step = findStep('deploy.yml', 'deploy-worker', 'Deploy');
  const env = {
    AWS_REGION: 'us-east-1',
    QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/1/q.fifo',
    ALLOWED_ORIGIN: 'https://example.org',
  };

  test('is deployed with its variables', () => {
    const { code, log } = runStep(step, { env, commands: { npx: 'echo "$*"' } });
    expect(code).toBe(0);
    expect(log).toContain(`--var QUEUE_URL:${env.QUEUE_URL}`);
  });

  test('is not deployed with an empty one', () => {
    const { code, log } = runStep(step, { env: { ...env, QUEUE_URL: '' }, commands: { npx: 'echo deployed' } });
    expect(code).toBe(1);
    expect(log).toBe('::error::set the repository variable QUEUE_URL\n');
  });
});
