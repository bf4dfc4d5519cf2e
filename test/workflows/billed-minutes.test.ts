import { describe, expect, test } from 'vitest';
import { billedMinutes } from './support/billed-minutes.ts';
import { play } from './support/run-jobs.ts';
import { readProjectFile } from './support/workflow.ts';

const ARTICLE = 'test/workflows/fixtures/article.yml';
const EVERYTHING = ['.github/filters/terraform.yml', '.github/filters/deploy.yml'];

const onPullRequest = (files: readonly string[]) =>
  billedMinutes(play('terraform.yml', { event: 'pull_request', files }));
const onMain = (files: readonly string[]) =>
  billedMinutes(play('terraform.yml', { event: 'push', files })) +
  billedMinutes(play('deploy.yml', { event: 'push', files }));
const inArticle = (files: readonly string[]) => billedMinutes(play(ARTICLE, { event: 'push', files }));

/** Changes as they are here, and as they would be in the article's layout; null where it has no such thing. */
const CHANGES: readonly (readonly [string, readonly string[], readonly string[] | null])[] = [
  ['one service (its IAM policy, say)', ['infra/terraform/modules/processor/main.tf'], ['processor-infra/main.tf']],
  [
    'two services',
    ['infra/terraform/worker/main.tf', 'infra/terraform/processor/main.tf'],
    ['worker-infra/main.tf', 'processor-infra/main.tf'],
  ],
  ['the Terraform workflow', ['.github/workflows/terraform.yml'], ['.github/workflows/terraform-ci-cd.yml']],
  ['the code of one function', ['services/processor/index.ts'], null],
  ['the code that all share', ['services/shared/event.ts'], null],
  ['docs, tests, the program', ['docs/usage.md', 'src/main.ts'], ['README.md']],
];

/** What runs where nothing is filtered: all of Terraform and all of the deployment, whatever changed. */
const unfiltered = { pullRequest: onPullRequest(EVERYTHING), main: onMain(EVERYTHING) };

function table(): string[] {
  const all = unfiltered.pullRequest + unfiltered.main;
  return CHANGES.map(([what, files, article]) => {
    const [pullRequest, main] = [onPullRequest(files), onMain(files)];
    const saved = Math.round(100 * (1 - (pullRequest + main) / all));
    return `| ${what} | ${pullRequest} | ${main} | ${saved} % | ${article === null ? '–' : inArticle(article)} |`;
  });
}

describe('what a change costs in minutes', () => {
  test('is what docs/delivery.md says', () => {
    const said = readProjectFile('docs/delivery.md');
    for (const row of table()) expect(said).toContain(row);
    expect(said).toContain(`${unfiltered.pullRequest} minutes on the pull request and ${unfiltered.main} on main`);
  });

  test("the article's figure leaves out the job that detects: 62 % of what is billed, not 67 %", () => {
    const service = (files: readonly string[]) => {
      const run = play(ARTICLE, { event: 'push', files });
      const { ran } = run;
      return billedMinutes({ ...run, ran: ran.filter(({ path }) => path !== 'detect-changes') });
    };
    const [one, all] = [['processor-infra/main.tf'], ['worker-infra/a', 'processor-infra/a', 'reporter-infra/a']];
    expect([service(one), service(all)]).toEqual([4, 12]);
    expect([inArticle(one), inArticle(all)]).toEqual([5, 13]);
    expect(Math.round(100 * (1 - 5 / 13))).toBe(62);
  });

  test('of Terraform alone a change of one service saves 46 %, since what runs once is not saved by filtering', () => {
    const terraform = (files: readonly string[]) =>
      onPullRequest(files) + billedMinutes(play('terraform.yml', { event: 'push', files }));
    const [one, all] = [terraform(['infra/terraform/processor/main.tf']), terraform(EVERYTHING)];
    expect([one, all, Math.round(100 * (1 - one / all))]).toEqual([21, 39, 46]);
    expect(readProjectFile('docs/delivery.md')).toContain('39 → 21 minutes for one service, 46 %');
  });

  test("a change of the article's own workflow runs no service, and one of ours runs all", () => {
    expect(play(ARTICLE, { event: 'push', files: ['.github/workflows/terraform-ci-cd.yml'] }).ran).toHaveLength(1);
    expect(onPullRequest(['.github/workflows/terraform.yml'])).toBe(unfiltered.pullRequest);
  });

  test('a month of scheduled runs and of CI is what docs/delivery.md says', () => {
    const said = readProjectFile('docs/delivery.md');
    const drift = billedMinutes(play('terraform.yml', { event: 'schedule' }));
    const usage = billedMinutes(play('usage.yml', { event: 'schedule' }));
    const ci = (event: 'pull_request' | 'push') => billedMinutes(play('ci.yml', { event, privateRepository: true }));
    expect(said).toContain(`| drift, 22 working days | ${drift} | ${22 * drift} |`);
    expect(said).toContain(`| usage gate, 30 days | ${usage} | ${30 * usage} |`);
    const [onRequest, onMerge] = [ci('pull_request'), ci('push')];
    expect(said).toContain(`| CI of a pull request's commit (private: Linux alone) | ${onRequest} | |`);
    expect(said).toContain(`| CI of a push to main (everywhere) | ${onMerge} | |`);
  });
});
