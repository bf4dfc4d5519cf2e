import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jsonOf, runCli } from '../support/run-cli.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

let folder: string;
const fileOf = (shell: Shell) => join(folder, `cvops.${shell}`);
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cvops-completion-'));
  for (const shell of SHELLS) writeFileSync(fileOf(shell), (await runCli(['completion', shell])).stdout);
  writeFileSync(join(folder, 'events.ndjson'), '');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function inShell(shell: Shell, ...args: readonly string[]) {
  return spawnSync(shell, args, { cwd: folder, encoding: 'utf8', env: { PATH: process.env['PATH'], HOME: folder } });
}
const isMissing = (shell: Shell) => spawnSync(shell, ['--version']).error !== undefined;

/** What bash offers at the end of a line; the program itself is a stand-in that knows two services. */
function offered(line: string): readonly string[] {
  const script = `
    set -u
    cvops() { [[ "$*" == 'completion services' ]] && printf 'worker\\nprocessor\\n'; }
    source "$1"
    read -ra COMP_WORDS <<< "$2"
    [[ "$2" == *' ' ]] && COMP_WORDS+=('')
    COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
    _cvops
    printf '%s\\n' \${COMPREPLY[@]+"\${COMPREPLY[@]}"}`;
  const { stdout, stderr } = inShell('bash', '-c', script, 'bash', fileOf('bash'), line);
  expect(stderr).toBe('');
  return stdout.split('\n').filter((each) => each !== '');
}

describe('completion bash', () => {
  test.each([
    ['cvops sta', ['status', 'state']],
    ['cvops dlq re', ['replay']],
    ['cvops dlq replay --eng', ['--engine']],
    ['cvops dlq replay --engine ', ['auto', 'client', 'native']],
    ['cvops dlq replay --engine na', ['native']],
    ['cvops dlq replay ', ['worker', 'processor']],
    ['cvops dlq replay --max 5 p', ['processor']],
    ['cvops dlq replay --max ', []],
    ['cvops --region eu-west-1 --sandbox alias rec', ['recover']],
    ['cvops --output nd', ['ndjson']],
    ['cvops alias list --output t', ['table', 'tsv']],
    ['cvops dlq import --from ev', ['events.ndjson']],
    ['cvops completion ', ['bash', 'zsh', 'fish']],
    ['cvops nothing like', []],
  ])('%s', (line, words) => {
    expect(offered(line)).toEqual(words);
  });

  test('offers all commands and nouns at first, and the global flags everywhere', () => {
    expect(offered('cvops ')).toEqual(expect.arrayContaining(['status', 'logs', 'dlq', 'alias', 'deploy', 'demo']));
    expect(offered('cvops usage report --')).toEqual(
      expect.arrayContaining(['--month', '--json', '--query', '--help']),
    );
    expect(offered('cvops usage report --')).not.toContain('--engine');
  });
});

describe('completion', () => {
  test.each(SHELLS)('%s: is a script that its shell reads', (shell) => {
    // Not every machine has all three.
    if (isMissing(shell)) return expect(inShell('bash', '-c', `test -s ${fileOf(shell)}`).status).toBe(0);
    expect(inShell(shell, '-n', fileOf(shell))).toMatchObject({ status: 0, stderr: '' });
  });

  test.skipIf(isMissing('fish'))('fish offers the same words', () => {
    const ask = (line: string) =>
      inShell('fish', '--no-config', '-c', `source ${fileOf('fish')}; complete -C '${line}'`)
        .stdout.split('\n')
        .map((each) => each.split('\t')[0]);
    expect(ask('cvops --sandbox dlq re')).toContain('replay');
    expect(ask('cvops dlq replay --engine na')).toContain('native');
    expect(ask('cvops usage report --mo')).toEqual(['--month', '']);
  });

  test('prints the services of the configuration, a line each, for the scripts', async () => {
    expect((await runCli(['completion', 'services'])).stdout).toBe('worker\nprocessor\nreporter\n');
  });

  test('is a document when that is asked for, and knows no other shell', async () => {
    const { data } = jsonOf(await runCli(['completion', 'bash', '--json']));
    expect(data).toMatchObject({ shell: 'bash', script: expect.stringContaining('complete -F _cvops cvops') });
    const refused = await runCli(['completion', 'tcsh']);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('shells: bash, zsh, fish.');
  });
});
