import type { Divergence } from './divergences.ts';
import { type Column, count, expectedColumn, matrixMarkdown } from './matrix.ts';
import type { ConformanceCase } from './suite/case.ts';

/** docs/conformance.md, from the tables that the suite holds the backends to. */
export function conformancePage(cases: readonly ConformanceCase[], divergences: readonly Divergence[]): string {
  const version = (backend: Divergence['backend']) =>
    divergences.find((one) => one.backend === backend)?.since ?? backend;
  const columns: readonly Column[] = [
    expectedColumn('simulator', 'simulator', true, cases, divergences),
    expectedColumn('ministack', version('ministack'), false, cases, divergences),
    expectedColumn('moto', version('moto'), false, cases, divergences),
  ];
  const sums = columns.map(
    (column) =>
      `| ${column.title} | ${count(column, 'ok')} | ${count(column, 'differs')} | ${count(column, 'not run')} |`,
  );
  return `# Conformance with AWS

<!-- Written by the test of the same tables: UPDATE_DOCS=1 npx vitest run --project conformance test/conformance/tables.test.ts -->

One suite of ${cases.length} cases, \`test/conformance/suite\`, asks whether a backend keeps the rules of AWS that cvops and its
services rely on. The cases are written against AWS's documents, each with a link, and know nothing of the backend. They are
run by \`npm test\` against

- the embedded simulator ([simulator.md](simulator.md)), always;
- [MiniStack](https://pypi.org/project/ministack/) and [moto_server](https://pypi.org/project/moto/), in pinned versions
  (\`test/conformance/requirements-*.txt\`), where Python 3.10 or newer is there or can install them into \`.cache/python\`.
  Without them they are skipped with one line on standard error; with \`CI=true\` that is a failure;
- AWS itself, only when asked: \`CVOPS_CONFORMANCE_AWS=1\`, credentials, \`AWS_REGION\`, and \`CVOPS_CONFORMANCE_ROLE\` = the ARN
  of an execution role that may read queues and write logs. Every resource has a random name and is deleted at the end. No
  test does this by itself, and it has not been done for this table.

Beside this suite the simulator is held to what AWS really answered, step by step, in recorded cases:
see [simulator.md](simulator.md).

*ok*: behaves as documented. *differs*: is known not to, see the last section; a test fails when a backend differs in another
way, and when it no longer differs. *–*: not run, because the case passes more time than a test can wait and the backend's
clock cannot be moved.

| backend | ok | differs | not run |
|---|---|---|---|
${sums.join('\n')}

Texts of errors are not compared here, only their names and HTTP states. Running one case alone:
\`CVOPS_CONFORMANCE_ONLY='sqs.dlq' npx vitest run --project conformance test/conformance/conformance.test.ts\`.

## Matrix

${matrixMarkdown(cases, columns)}

## Known divergences

${columns
  .filter((column) => count(column, 'differs') > 0)
  .map((column) => {
    const rows = divergences
      .filter((entry) => entry.backend === column.backend)
      .map((entry) => `| \`${entry.case}\` | ${entry.instead} |`);
    return [`### ${column.title}`, '', '| case | instead |', '|---|---|', ...rows].join('\n');
  })
  .join('\n\n')}
`;
}
