import { execFile } from 'node:child_process';
import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';
import { OUTPUT, type OutputText } from './terraform-outputs.ts';

/** A backend is asked over the network; a state of this size takes a second. */
const LIMIT_MS = 60_000;
const MODULES = 'modules';
const DECLARED = new RegExp(`^\\s*output\\s+"${OUTPUT}"\\s*\\{`, 'm');

/**
 * The roots in a folder: itself when it holds Terraform files, else its folders that do. Where some of these declare the
 * output that cvops reads, the others are no service's: `edge`, which most never apply, has nothing to tell.
 * @throws CvopsError `TerraformNoRoots`
 */
export function findRoots(folder: string): readonly string[] {
  if (terraformFiles(folder).length > 0) return [folder];
  const roots = entries(folder)
    .filter((entry) => entry.isDirectory() && entry.name !== MODULES)
    .map(({ name }) => join(folder, name))
    .filter((path) => terraformFiles(path).length > 0)
    .sort();
  const telling = roots.filter((path) =>
    terraformFiles(path).some((file) => DECLARED.test(readFileSync(file, 'utf8'))),
  );
  if (roots.length > 0) return telling.length > 0 ? telling : roots;
  throw new CvopsError('TerraformNoRoots', ExitCode.notFound, `there is no Terraform in ${folder}.`, {
    hint: 'name the folder of the roots with --terraform DIR, or hand over the output: `terraform output -json | cvops init --from terraform -`.',
  });
}

/**
 * Runs `terraform output -json` in each root, one after the other.
 * @throws CvopsError `TerraformMissing` (4), `TerraformFailed` (1)
 */
export async function runTerraform(
  roots: readonly string[],
  options: {
    readonly cwd: string;
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly signal: AbortSignal;
  },
): Promise<readonly OutputText[]> {
  const texts: OutputText[] = [];
  for (const root of roots) {
    const from = relative(options.cwd, root) || '.';
    texts.push({ from, text: await output(root, from, options) });
  }
  return texts;
}

async function output(
  root: string,
  from: string,
  { env, signal }: Parameters<typeof runTerraform>[1],
): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('terraform', [`-chdir=${root}`, 'output', '-json', '-no-color'], {
      // It must never ask.
      env: { ...env, TF_INPUT: '0', TF_IN_AUTOMATION: '1' },
      timeout: LIMIT_MS,
      maxBuffer: 64 * 1024 * 1024,
      signal,
    });
    return stdout;
  } catch (cause) {
    if (signal.aborted) throw signal.reason;
    const { code, stderr = '', killed } = cause as NodeJS.ErrnoException & { stderr?: string; killed?: boolean };
    if (code === 'ENOENT') {
      throw new CvopsError('TerraformMissing', ExitCode.setup, 'there is no program "terraform" here.', {
        hint: 'install it, or hand over its output: `cvops init --from terraform FILE`.',
        cause,
      });
    }
    const why = killed === true ? `no answer within ${LIMIT_MS / 1000} s` : firstError(stderr);
    throw new CvopsError('TerraformFailed', ExitCode.failed, `terraform output failed in ${from}: ${why}.`, {
      hint: `try it by hand: \`terraform -chdir=${from} init\`, then \`terraform -chdir=${from} output\`.`,
      cause,
    });
  }
}

/** `Error: Backend initialization required`, without the frame that Terraform draws around it. */
function firstError(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.replace(/^[╷│╵\s]+/, '').trim());
  const error = lines.find((line) => line.startsWith('Error: ')) ?? lines.find((line) => line !== '');
  return (error ?? 'it said nothing').replace(/^Error: /, '').replace(/\.$/, '');
}

function terraformFiles(folder: string): readonly string[] {
  return entries(folder)
    .filter((entry) => entry.isFile() && entry.name.endsWith('.tf'))
    .map(({ name }) => join(folder, name));
}

function entries(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
