import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { PreparedTerraform } from '../../../scripts/terraform.mjs';
import { type RunningProvider, startProvider } from './running-provider.ts';

const INFRASTRUCTURE = fileURLToPath(new URL('../../../infra/terraform', import.meta.url));

export interface TerraformResult {
  readonly code: number;
  readonly stdout: string;
  /** Both streams as they came, for a message when it fails. */
  readonly all: string;
}

/** A copy of infra/terraform, so that nothing is left in the repository and runs do not meet. */
export class TerraformWorkspace {
  readonly folder: string;
  readonly #terraform: PreparedTerraform;
  readonly #providers = new Map<string, RunningProvider>();
  #aws: Readonly<Record<string, string>> = {};

  constructor(terraform: PreparedTerraform) {
    this.#terraform = terraform;
    this.folder = mkdtempSync(join(tmpdir(), 'cvops-terraform-'));
    cpSync(INFRASTRUCTURE, this.folder, {
      recursive: true,
      // A developer's own state and overrides stay out.
      filter: (source) => !/^(\.terraform|.*\.tfstate.*|.*_override\.tf|.*\.tfvars)$/.test(basename(source)),
    });
  }

  /** From here on the provider's AWS is a server on this machine, for every service. */
  useAws(endpoint: string): void {
    this.#aws = { AWS_ENDPOINT_URL: endpoint, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
  }

  /** Writes a file below the copy, such as an override (https://developer.hashicorp.com/terraform/language/files/override). */
  write(path: string, text: string): void {
    writeFileSync(join(this.folder, path), text);
  }

  /** Makes a root ready to plan, with its state beside it instead of in HCP Terraform. */
  async initLocally(root: string): Promise<void> {
    this.write(join(root, 'backend_override.tf'), 'terraform {\n  backend "local" {}\n}\n');
    await this.must(root, 'init', '-no-color', '-lockfile=readonly');
  }

  /** From here on Terraform in these folders uses one provider that goes on running: that of a folder made ready before. */
  async keepProvider(of: string, folders: readonly string[]): Promise<void> {
    const provider = await startProvider(join(this.folder, of), { ...this.#terraform.env, ...this.#aws });
    for (const folder of folders) this.#providers.set(folder, provider);
  }

  /** Runs Terraform in a folder of the copy, such as `modules/worker`; a code of its own is the caller's to judge. */
  async run(folder: string, ...args: string[]): Promise<TerraformResult> {
    const { exitCode, stdout, all } = await execa(this.#terraform.command, args, {
      all: true,
      cwd: join(this.folder, folder),
      env: { ...this.#terraform.env, ...this.#aws, ...this.#providers.get(folder)?.env },
      extendEnv: false,
      reject: false,
      stdin: 'ignore',
      timeout: 600_000,
    });
    return { code: exitCode ?? 1, stdout, all };
  }

  /** As {@link run}, and returns standard output. Throws Error with all that Terraform said when it fails. */
  async must(folder: string, ...args: string[]): Promise<string> {
    const { code, stdout, all } = await this.run(folder, ...args);
    if (code !== 0) throw new Error(`terraform ${args.join(' ')} in ${folder} ended with ${code}:\n${all}`);
    return stdout;
  }

  /** Providers and modules, without state. Roots take the provider that their lock file names, or fail. */
  async init(folder: string): Promise<void> {
    const lock = folder.startsWith('modules/') ? [] : ['-lockfile=readonly'];
    await this.must(folder, 'init', '-backend=false', '-no-color', ...lock);
  }

  /** Ends the providers that were kept, and removes the copy. */
  async remove(): Promise<void> {
    await Promise.all([...new Set(this.#providers.values())].map((provider) => provider.stop()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}
