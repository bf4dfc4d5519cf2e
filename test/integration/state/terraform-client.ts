import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { HcpServer } from '../../support/hcp-server/hcp-server.ts';
import type { HcpPerson } from '../../support/hcp-server/world.ts';

export interface TerraformResult {
  readonly code: number;
  /** Both streams as they came. */
  readonly all: string;
}

/** As found on PATH. */
const TERRAFORM = 'terraform';

/** A name that nobody has, which the CLI configuration leads to the server on loopback. */
const HOST = 'hcp.example.test';

/** Whether `terraform` is on this machine. */
export async function hasTerraform(): Promise<boolean> {
  const { failed } = await execa(TERRAFORM, ['version'], { reject: false, stdin: 'ignore', timeout: 60_000 });
  return !failed;
}

/**
 * One person's machine: a folder with a small configuration that needs no provider, and that person's token. The
 * addresses of the services stand in a `host` block, which takes the place of discovery:
 * https://github.com/hashicorp/terraform/blob/v1.11.4/internal/command/cliconfig/cliconfig.go
 */
export class TerraformClient {
  readonly folder: string;

  constructor(server: HcpServer, person: HcpPerson, workspace: string) {
    this.folder = mkdtempSync(join(tmpdir(), 'cvops-terraform-'));
    const services = `{ "tfe.v2" = "http://${server.hostname}/api/v2/" }`;
    this.#write(
      'cli.tfrc',
      `host "${HOST}" {\n  services = ${services}\n}\ncredentials "${HOST}" {\n  token = "${person.token}"\n}\n`,
    );
    this.#write(
      'main.tf',
      `terraform {
  cloud {
    hostname     = "${HOST}"
    organization = "${server.world.organizations[0]}"
    workspaces {
      name = "${workspace}"
    }
  }
}
variable "release" { type = string }
resource "terraform_data" "queue" { input = "queue" }
resource "terraform_data" "release" { input = var.release }
output "release" { value = terraform_data.release.output }
output "secret" {
  value     = "canary-output"
  sensitive = true
}
`,
    );
  }

  async run(...args: string[]): Promise<TerraformResult> {
    const { exitCode, all } = await this.start(...args);
    return { code: exitCode ?? -1, all };
  }

  /** As {@link run}, while it runs. */
  start(...args: string[]) {
    return execa(TERRAFORM, args, {
      cwd: this.folder,
      all: true,
      reject: false,
      stdin: 'ignore',
      timeout: 60_000,
      extendEnv: false,
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: this.folder,
        TF_CLI_CONFIG_FILE: join(this.folder, 'cli.tfrc'),
        CHECKPOINT_DISABLE: '1',
        TF_IN_AUTOMATION: '1',
        TF_CLI_ARGS: '-no-color',
      },
    });
  }

  apply(release: string, ...flags: string[]): Promise<TerraformResult> {
    return this.run('apply', ...applyFlags(release), ...flags);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }
}

export function applyFlags(release: string): string[] {
  return ['-auto-approve', '-input=false', `-var=release=${release}`];
}
