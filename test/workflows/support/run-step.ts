import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { readWorkflow, type Step } from './workflow.ts';

export interface StepRun {
  readonly code: number | null;
  /** stdout and stderr */
  readonly log: string;
  readonly summary: string;
  readonly outputs: Readonly<Record<string, string>>;
}

interface StepSetting {
  readonly env?: Readonly<Record<string, string>>;
  /** Commands that stand in for real ones: name → bash script. */
  readonly commands?: Readonly<Record<string, string>>;
  /** Files in the working directory. */
  readonly files?: Readonly<Record<string, string>>;
}

/** @param which the step's name, or a word of its script */
export function findStep(file: string, job: string, which: string): Step {
  const steps = readWorkflow(file).jobs[job]?.steps ?? [];
  const step = steps.find(({ name, run }) => name === which || run?.includes(which));
  if (step === undefined) throw new Error(`${file} ${job} has no step "${which}"`);
  return step;
}

/**
 * Runs a step's script in an empty folder, with the options that GitHub gives to bash: `-e`, and `pipefail` only where
 * the shell is named.
 * {@link https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#defaultsrunshell}
 * @param named whether the step, its job or its workflow names bash as the shell
 */
export function runStep(step: Step, { env = {}, commands = {}, files = {} }: StepSetting, named = true): StepRun {
  const home = mkdtempSync(join(tmpdir(), 'cvops-step-'));
  try {
    const at = (name: string) => join(home, name);
    for (const folder of ['bin', 'work', 'temp']) mkdirSync(at(folder));
    for (const [name, script] of Object.entries(commands)) {
      writeFileSync(at(`bin/${name}`), `#!/usr/bin/env bash\n${script}\n`, { mode: 0o755 });
    }
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(at(`work/${name}`)), { recursive: true });
      writeFileSync(at(`work/${name}`), text);
    }
    writeFileSync(at('step.sh'), step.run!);
    const options = named ? ['--noprofile', '--norc', '-eo', 'pipefail'] : ['-e'];
    const { status, stdout, stderr } = spawnSync('bash', [...options, at('step.sh')], {
      cwd: at('work'),
      encoding: 'utf8',
      timeout: 30_000,
      env: {
        PATH: `${at('bin')}${delimiter}${process.env['PATH']}`,
        RUNNER_TEMP: at('temp'),
        GITHUB_OUTPUT: at('output'),
        GITHUB_STEP_SUMMARY: at('summary'),
        ...env,
      },
    });
    const read = (name: string) => (existsSync(at(name)) ? readFileSync(at(name), 'utf8') : '');
    const lines = read('output').split('\n').filter(Boolean);
    return {
      code: status,
      log: stdout + stderr,
      summary: read('summary'),
      outputs: Object.fromEntries(lines.map((line) => [line.split('=')[0]!, line.slice(line.indexOf('=') + 1)])),
    };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
