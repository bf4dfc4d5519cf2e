// Terraform for the tests of infra/terraform: the program on PATH, and a folder of this machine that holds the AWS
// provider in the version of the lock files. Nothing of a user's own Terraform set-up is used beyond these two.
// `node scripts/terraform.mjs` prints them.
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { madeOnce } from './made-once.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const PROVIDER = join('registry.terraform.io', 'hashicorp', 'aws');
const MINUTE_MS = 60_000;
/** A look through the usual places ends after so many folders. */
const MAX_FOLDERS = 3_000;

/** The folders with a state of their own, in the order of the first bring-up. */
export const ROOTS = ['worker', 'processor', 'reporter'];

/** Terraform or the provider cannot be had on this machine; the message says which and what to do. */
export class TerraformUnavailable extends Error {
  name = 'TerraformUnavailable';
}

/**
 * Finds Terraform and the AWS provider, and writes a CLI configuration that takes the provider from its folder. In CI
 * (`CI=true`), where absence would be a failure, a missing provider is downloaded once into .cache/terraform.
 * @param {{ env?: NodeJS.ProcessEnv, places?: readonly string[] }} options `places`: where to look, instead of the usual ones
 * @returns {Promise<{ command: string, version: string, provider: string, mirror: string, env: Record<string, string> }>}
 *   `env` is the whole environment to run it with: no credentials, no settings of this machine
 * @throws {TerraformUnavailable}
 */
export async function prepareTerraform({ env = process.env, places = usualPlaces(env) } = {}) {
  const command = onPath('terraform', env);
  if (command === undefined) throw new TerraformUnavailable('terraform is not on PATH');
  const clean = cleanEnvironment(env);
  const { stdout, failed, shortMessage } = await execa(command, ['version', '-json'], {
    ...quiet,
    env: clean,
  });
  if (failed) throw new TerraformUnavailable(`${command} does not start: ${shortMessage}`);
  const { terraform_version: version, platform } = JSON.parse(stdout);
  const provider = await lockedVersion();
  const mirror = findMirror(provider, platform, env, places) ?? (await downloaded(command, provider, clean, env));
  const folder = join(root, '.cache', 'terraform');
  await mkdir(folder, { recursive: true });
  const configuration = join(folder, 'cli.tfrc');
  // Renamed into place, so that a Terraform that another run has started never reads half of it.
  const temporary = `${configuration}.${randomUUID()}`;
  await writeFile(temporary, cliConfiguration(mirror));
  await rename(temporary, configuration);
  return { command, version, provider, mirror, env: { ...clean, TF_CLI_CONFIG_FILE: configuration } };
}

/** @returns {Promise<string>} the version of the AWS provider in the lock files, such as `5.100.0` */
async function lockedVersion() {
  const file = join(root, 'infra', 'terraform', ROOTS[0], '.terraform.lock.hcl');
  const version = /hashicorp\/aws" \{\s+version\s+= "([^"]+)"/.exec(await readFile(file, 'utf8'))?.[1];
  if (version === undefined) throw new Error(`${file} locks no version of hashicorp/aws`);
  return version;
}

/**
 * A folder laid out as Terraform's `filesystem_mirror` that holds this version of the provider for this platform, packed
 * or unpacked (https://developer.hashicorp.com/terraform/cli/config/config-file#filesystem_mirror).
 * @param {string} version such as `5.100.0`
 * @param {string} platform such as `linux_amd64`
 * @returns {string | undefined}
 * @throws {TerraformUnavailable} when CVOPS_TERRAFORM_MIRROR names a folder without it
 */
export function findMirror(version, platform, env, places) {
  const holds = (folder) =>
    existsSync(join(folder, PROVIDER, version, platform)) ||
    existsSync(join(folder, PROVIDER, `terraform-provider-aws_${version}_${platform}.zip`));
  const named = env.CVOPS_TERRAFORM_MIRROR;
  if (named !== undefined && named !== '') {
    if (holds(named)) return named;
    throw new TerraformUnavailable(
      `CVOPS_TERRAFORM_MIRROR=${named} holds no hashicorp/aws ${version} for ${platform}: expected ${join(named, PROVIDER, version, platform)}`,
    );
  }
  const known = [env.TF_PLUGIN_CACHE_DIR, ...configuredFolders(env), ...impliedMirrors(env)];
  return known.find((folder) => folder !== undefined && holds(folder)) ?? lookThrough(places, holds);
}

/** Folders that a user's own CLI configuration names; the file may be missing. */
function configuredFolders(env) {
  const file = env.TF_CLI_CONFIG_FILE ?? join(homeOf(env), '.terraformrc');
  if (!existsSync(file)) return [];
  return [...readFileSync(file, 'utf8').matchAll(/^\s*(?:path|plugin_cache_dir)\s*=\s*"([^"$]+)"/gm)].map(
    ([, folder]) => folder,
  );
}

/** https://developer.hashicorp.com/terraform/cli/config/config-file#implied-local-mirror-directories */
function impliedMirrors(env) {
  const home = homeOf(env);
  const shared = (env.XDG_DATA_DIRS ?? '/usr/local/share:/usr/share').split(delimiter);
  const ofSystem = {
    darwin: [
      join(home, 'Library/Application Support/io.terraform/plugins'),
      '/Library/Application Support/io.terraform/plugins',
    ],
    win32: [
      join(env.APPDATA ?? home, 'terraform.d', 'plugins'),
      join(env.APPDATA ?? home, 'HashiCorp', 'Terraform', 'plugins'),
    ],
  };
  return [
    join(root, 'terraform.d', 'plugins'),
    join(home, '.terraform.d', 'plugins'),
    ...(ofSystem[process.platform] ??
      [env.XDG_DATA_HOME ?? join(home, '.local', 'share'), ...shared].map((at) => join(at, 'terraform', 'plugins'))),
  ];
}

function usualPlaces(env) {
  return ['/opt', '/usr/local/share', '/usr/share', '/usr/local/lib', '/var/lib', '/srv', homeOf(env)];
}

/** Breadth first, two folders deep and no more than MAX_FOLDERS in all. */
function lookThrough(places, holds) {
  let level = [...places];
  let looked = 0;
  for (let depth = 0; depth <= 2; depth++) {
    const next = [];
    for (const folder of level) {
      if (++looked > MAX_FOLDERS) return undefined;
      if (holds(folder)) return folder;
      if (depth < 2) next.push(...subfolders(folder));
    }
    level = next;
  }
  return undefined;
}

function subfolders(folder) {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules')
      .map((entry) => join(folder, entry.name));
  } catch {
    // Not there, or not ours to read: then nothing of it is.
    return [];
  }
}

async function downloaded(command, version, clean, env) {
  if (env.CI !== 'true') {
    throw new TerraformUnavailable(
      `the provider hashicorp/aws ${version} is in no mirror on this machine; name one with CVOPS_TERRAFORM_MIRROR, or make one: terraform -chdir=infra/terraform/${ROOTS[0]} providers mirror ~/.terraform.d/plugins`,
    );
  }
  return await madeOnce(join(root, '.cache', 'terraform', `aws-${version}`), async (temporary) => {
    process.stderr.write(`downloading the provider hashicorp/aws ${version} …\n`);
    await writeFile(
      join(temporary, 'main.tf'),
      `terraform {\n  required_providers {\n    aws = {\n      source  = "hashicorp/aws"\n      version = "${version}"\n    }\n  }\n}\n`,
    );
    const { failed, stderr } = await execa(command, ['providers', 'mirror', '-no-color', temporary], {
      ...quiet,
      cwd: temporary,
      env: clean,
      timeout: 8 * MINUTE_MS,
    });
    if (failed) throw new TerraformUnavailable(`hashicorp/aws ${version}: ${firstError(stderr)}`);
  });
}

const quiet = { reject: false, stdin: 'ignore', extendEnv: false, timeout: MINUTE_MS };

function cliConfiguration(mirror) {
  return `disable_checkpoint = true

provider_installation {
  filesystem_mirror {
    path = ${JSON.stringify(mirror)}
  }
}
`;
}

/** Nothing of Terraform's or AWS's settings: no credentials, no variables, no workspace, no log. */
function cleanEnvironment(env) {
  const kept = Object.entries(env).filter(([name, value]) => value !== undefined && !/^(AWS|TF|CVOPS)_/.test(name));
  return {
    ...Object.fromEntries(kept),
    CHECKPOINT_DISABLE: '1',
    TF_IN_AUTOMATION: '1',
    TF_INPUT: '0',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: join(root, '.cache', 'no-aws-config'),
    AWS_SHARED_CREDENTIALS_FILE: join(root, '.cache', 'no-aws-credentials'),
  };
}

function onPath(command, env) {
  const name = process.platform === 'win32' ? `${command}.exe` : command;
  const folders = (env.PATH ?? env.Path ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
}

function homeOf(env) {
  return env.HOME ?? homedir();
}

function firstError(text) {
  return text.split('\n').find((line) => /Error/.test(line)) ?? text.trim().split('\n').at(-1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const { command, version, provider, mirror } = await prepareTerraform();
    console.log(`terraform ${version}: ${command}\nhashicorp/aws ${provider}: ${mirror}`);
  } catch (cause) {
    if (!(cause instanceof TerraformUnavailable)) throw cause;
    console.error(cause.message);
    process.exitCode = 1;
  }
}
