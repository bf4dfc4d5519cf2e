import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { PreparedTerraform } from '../../../scripts/terraform.mjs';

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

  constructor(terraform: PreparedTerraform) {
    this.#terraform = terraform;
    this.folder = mkdtempSync(join(tmpdir(), 'cvops-terraform-'));
    cpSync(INFRASTRUCTURE, this.folder, {
      recursive: true,
      // A developer's own state and overrides stay out.
      filter: (source) => !/^(\.terraform|.*\.tfstate.*|.*_override\.tf|.*\.tfvars)$/.test(basename(source)),
    });
  }

  /** Runs Terraform in a folder of the copy, such as `modules/worker`; a code of its own is the caller's to judge. */
  async run(folder: string, ...args: string[]): Promise<TerraformResult> {
    const { exitCode, stdout, all } = await execa(this.#terraform.command, args, {
      all: true,
      cwd: join(this.folder, folder),
      env: this.#terraform.env,
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

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
