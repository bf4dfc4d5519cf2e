import type { RanJob, Run } from './run-jobs.ts';
import type { Step } from './workflow.ts';

/**
 * Seconds a step takes, by its action or its name or its command. Terraform's are set so that the job of the source
 * article takes the four minutes it gives for it; the tests' were measured on two cores; the others are what such steps
 * usually take. The rounding makes most of them unimportant.
 */
const SECONDS: Readonly<Record<string, number>> = {
  'actions/checkout': 3,
  'actions/setup-node': 8,
  'actions/github-script': 3,
  'actions/upload-artifact': 3,
  'aws-actions/configure-aws-credentials': 3,
  'dorny/paths-filter': 3,
  'hashicorp/setup-terraform': 4,
  'npm ci': 25,
  'npm ci && node scripts/zip-services.mjs': 27,
  'npm run build': 10,
  'npm run test:terraform': 150,
  'npx vitest run --project services': 10,
  'npx vitest run --project unit --project cli': 120,
  'bash .ci/run': 900,
  'terraform init': 20,
  'terraform init -lockfile=readonly': 20,
  'terraform plan': 80,
  Plan: 80,
  'terraform apply -auto-approve': 123,
  'Apply the saved plan': 123,
  Deploy: 30,
  Report: 5,
};

/** Scripts of a few lines. */
const SHORT = 2;
/** Before the first step and after the last. */
const MACHINE = 10;

/**
 * GitHub bills each job for itself, rounded up to a minute; a minute on Windows counts twice and one on macOS ten times.
 * {@link https://docs.github.com/en/billing/concepts/product-billing/github-actions}
 */
export function billedMinutes(run: Run): number {
  return run.ran.reduce((sum, job) => sum + Math.ceil(seconds(job) / 60) * multiplier(job.runsOn), 0);
}

function seconds({ job }: RanJob): number {
  return (job.steps ?? []).reduce((sum, step) => sum + stepSeconds(step), MACHINE);
}

function stepSeconds(step: Step): number {
  const key = step.uses?.split('@')[0] ?? step.name ?? step.run!;
  const known = SECONDS[key];
  if (known !== undefined) return known;
  if (step.uses !== undefined || /\b(npm|npx|terraform) (?!publish)/.test(step.run!))
    throw new Error(`no seconds are set for: ${key}`);
  return SHORT;
}

function multiplier(runsOn: string): number {
  if (runsOn.startsWith('macos')) return 10;
  return runsOn.startsWith('windows') ? 2 : 1;
}
