import { describe, expect, test } from 'vitest';
import { modulesOf } from './support/modules-of.ts';
import { changedFilters } from './support/path-filter.ts';
import { play } from './support/run-jobs.ts';
import { readProjectFile } from './support/workflow.ts';

const ALL_TERRAFORM = ['worker', 'processor', 'reporter'];
const ALL_DEPLOY = ['reporter', 'processor', 'worker'];

/** What a list of changed files concerns: whose infrastructure, whose code. */
const CHANGES: readonly (readonly [what: string, files: string[], terraform: string[], deploy: string[]])[] = [
  ['a root', ['infra/terraform/worker/main.tf'], ['worker'], []],
  ['a lock file in a root', ['infra/terraform/reporter/.terraform.lock.hcl'], ['reporter'], []],
  ['a module', ['infra/terraform/modules/processor/main.tf'], ['processor'], []],
  ['a module that another one uses', ['infra/terraform/modules/release-ledger/main.tf'], ['processor'], []],
  ['the module of functions', ['infra/terraform/modules/function/main.tf'], ['processor', 'reporter'], []],
  ['the module of queues', ['infra/terraform/modules/queue/main.tf'], ['worker', 'reporter'], []],
  ['the module of names', ['infra/terraform/modules/names/outputs.tf'], ALL_TERRAFORM, []],
  ["what AWS answers in the modules' tests", ['infra/terraform/mocks/aws.tfmock.hcl'], ALL_TERRAFORM, []],
  ["the operators' policies", ['infra/terraform/modules/operator-policies/policies.json'], ['reporter'], []],
  ["a module's test", ['infra/terraform/modules/reporter/tests/alarms.tftest.hcl'], ['reporter'], []],
  [
    'two modules',
    ['infra/terraform/modules/worker/main.tf', 'infra/terraform/modules/reporter/main.tf'],
    ['worker', 'reporter'],
    [],
  ],
  ['the Terraform workflow', ['.github/workflows/terraform.yml'], ALL_TERRAFORM, []],
  ['the workflow of one service', ['.github/workflows/terraform-service.yml'], ALL_TERRAFORM, []],
  ['the Terraform filters', ['.github/filters/terraform.yml'], ALL_TERRAFORM, []],
  ['what HCP Terraform is sent', ['.terraformignore'], ALL_TERRAFORM, []],
  ['docs', ['docs/usage.md', 'README.md', 'CHANGELOG.md'], [], []],
  ['the program', ['src/main.ts', 'test/unit/bin/program.test.ts'], [], []],
  ['another workflow', ['.github/workflows/ci.yml'], [], []],
  ["a service's code", ['services/processor/process-batch.ts'], [], ['processor']],
  ["the worker's configuration", ['services/worker/wrangler.jsonc'], [], ['worker']],
  ['code that all share', ['services/shared/event.ts'], [], ALL_DEPLOY],
  ['what packs the functions', ['scripts/zip-services.mjs'], [], ['reporter', 'processor']],
  ['a dependency', ['package.json', 'package-lock.json'], [], ALL_DEPLOY],
  ['the deploy workflow', ['.github/workflows/deploy.yml'], [], ALL_DEPLOY],
  ['the workflow of one function', ['.github/workflows/deploy-function.yml'], [], ['reporter', 'processor']],
  ['the deploy filters', ['.github/filters/deploy.yml'], [], ALL_DEPLOY],
  [
    'code and infrastructure',
    ['services/reporter/mail.ts', 'infra/terraform/modules/worker/outputs.tf'],
    ['worker'],
    ['reporter'],
  ],
  [
    'names that only look alike',
    ['docs/infra/terraform/worker/x.md', 'services/workers/a.ts', 'infra/terraform/worker.md'],
    [],
    [],
  ],
];

const filters = (name: string) => readProjectFile(`.github/filters/${name}.yml`);

describe.each(CHANGES)('a change of %s', (_, files, terraform, deploy) => {
  test('concerns these services and no others', () => {
    expect(changedFilters(filters('terraform'), files)).toEqual(terraform);
    expect(changedFilters(filters('deploy'), files)).toEqual(deploy);
  });

  test('starts a run on main whenever a service is concerned', () => {
    if (terraform.length > 0) expect(play('terraform.yml', { event: 'push', files }).started).toBe(true);
    if (deploy.length > 0) expect(play('deploy.yml', { event: 'push', files }).started).toBe(true);
  });
});

test.each(ALL_TERRAFORM)('every module that the root %s calls, however deep, concerns it', (root) => {
  const modules = modulesOf(`infra/terraform/${root}`);
  expect(modules).toContain(`infra/terraform/modules/${root}`);
  for (const module of modules) expect(changedFilters(filters('terraform'), [`${module}/main.tf`])).toContain(root);
});

test('docs and the program start neither Terraform nor a deployment on main', () => {
  for (const files of [['docs/usage.md'], ['src/main.ts', 'test/cli/deploy.test.ts']]) {
    expect(play('terraform.yml', { event: 'push', files }).started).toBe(false);
    expect(play('deploy.yml', { event: 'push', files }).started).toBe(false);
  }
});

test('a pattern that takes files away is refused, since the action has read it in two ways', () => {
  expect(() => changedFilters("a: ['src/**', '!src/x/**']", [])).toThrow('!src/x/**');
});
