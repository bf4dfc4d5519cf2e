import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readWorkflow } from './support/workflow.ts';

const script = String(readWorkflow('terraform.yml').jobs['comment']!.steps!.at(-1)!.with!['script']);

interface Comment {
  readonly id: number;
  readonly user: { readonly type: string };
  readonly body: string;
}

/** Runs the script as actions/github-script does, on plans by service and the comments that are there. */
async function comment(
  plans: Readonly<Record<string, string>>,
  services: readonly string[],
  there: readonly Comment[] = [],
) {
  const home = mkdtempSync(join(tmpdir(), 'cvops-comment-'));
  const done: { readonly call: string; readonly comment_id?: number; readonly body: string }[] = [];
  const issues = {
    listComments: () => there,
    createComment: (sent: { body: string }) => done.push({ call: 'create', body: sent.body }),
    updateComment: (sent: { body: string; comment_id: number }) => done.push({ call: 'update', ...sent }),
  };
  const context = {
    repo: { owner: 'somebody', repo: 'cvops' },
    issue: { number: 7 },
    payload: { pull_request: { head: { sha: 'abc123' } } },
  };
  const github = { rest: { issues }, paginate: async (list: () => unknown) => list() };
  // The script reads from the job's folder, which a test in a thread cannot make its own.
  const inHome = {
    existsSync: (path: string) => existsSync(join(home, path)),
    readFileSync: (path: string) => readFileSync(join(home, path), 'utf8'),
  };
  try {
    for (const [service, text] of Object.entries(plans)) {
      mkdirSync(join(home, 'plans', `plan-${service}`), { recursive: true });
      writeFileSync(join(home, 'plans', `plan-${service}`, `${service}.txt`), text);
    }
    const body = new Function('github', 'context', 'require', 'process', `return (async () => {${script}})()`);
    await body(github, context, () => inHome, { env: { SERVICES: JSON.stringify(services) } });
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
  expect(done).toHaveLength(1);
  return done[0]!;
}

describe('the comment on a pull request', () => {
  const plans = {
    worker: 'Terraform will …\n\nPlan: 1 to add, 0 to change, 0 to destroy.\n',
    processor: 'No changes. Same.',
  };

  test('has one line a service, with its plan below', async () => {
    const { call, body } = await comment(plans, ['worker', 'processor']);
    expect(call).toBe('create');
    expect(body).toContain('<b>worker</b>: Plan: 1 to add, 0 to change, 0 to destroy.</summary>');
    expect(body).toContain('<b>processor</b>: No changes. Same.</summary>');
    expect(body).toContain('Of abc123.');
  });

  test('is one: the next run writes it anew', async () => {
    const { body: before } = await comment(plans, ['worker']);
    const there = [
      { id: 1, user: { type: 'User' }, body: before },
      { id: 2, user: { type: 'Bot' }, body: 'of another bot' },
      { id: 3, user: { type: 'Bot' }, body: before },
    ];
    expect(await comment(plans, ['worker'], there)).toMatchObject({ call: 'update', comment_id: 3 });
  });

  test('says of a service without a plan that there is none', async () => {
    const { body } = await comment({}, ['worker']);
    expect(body).toContain('<b>worker</b>: no plan, see the log');
  });

  test('names the error of a plan that failed', async () => {
    const { body } = await comment({ worker: 'Terraform …\n\nError: no such queue\n' }, ['worker']);
    expect(body).toContain('<b>worker</b>: Error: no such queue');
  });

  test('stays below what GitHub takes, with three plans as long as they may be', async () => {
    const long = `${'x'.repeat(200_000)}\nPlan: 9 to add, 0 to change, 0 to destroy.`;
    const { body } = await comment({ worker: long, processor: long, reporter: long }, [
      'worker',
      'processor',
      'reporter',
    ]);
    expect(body.length).toBeLessThan(65_536);
    expect(body).toContain('<b>reporter</b>: Plan: 9 to add');
  });
});
