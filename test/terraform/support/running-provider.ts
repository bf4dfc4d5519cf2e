import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';

/** What the provider prints for TF_REATTACH_PROVIDERS, whatever shell it prints it for. */
const ATTACH = /\{"registry\.terraform\.io\/hashicorp\/aws":\{.*\}\}/;

export interface RunningProvider {
  /** The environment by which Terraform uses it instead of a process of its own. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/**
 * Starts the AWS provider that `terraform init` has put into a folder, for many runs of Terraform: a process of its own
 * costs each of them seconds for 700 MB of program, and a test of a module starts one for every `run`.
 * {@link https://developer.hashicorp.com/terraform/plugin/debugging#starting-a-provider-in-debug-mode}
 *
 * It holds one configuration at a time: only runs that never configure it (validate, test with mocks, show), or have the
 * same configuration and come one after the other, may share it.
 */
export async function startProvider(folder: string, env: Readonly<Record<string, string>>): Promise<RunningProvider> {
  const providers = join(folder, '.terraform', 'providers', 'registry.terraform.io', 'hashicorp', 'aws');
  const [version = ''] = readdirSync(providers);
  const [platform = ''] = readdirSync(join(providers, version));
  const binary = readdirSync(join(providers, version, platform)).find((name) =>
    name.startsWith('terraform-provider-aws_'),
  );
  const started = execa(join(providers, version, platform, binary ?? 'terraform-provider-aws'), ['-debug'], {
    env,
    extendEnv: false,
    stdin: 'ignore',
    all: true,
    reject: false,
    // On SIGTERM it would leave its socket behind.
    killSignal: 'SIGINT',
  });
  const attach = await new Promise<string>((resolve, reject) => {
    let said = '';
    started.all.on('data', (chunk) => {
      said += chunk;
      const [found] = ATTACH.exec(said) ?? [];
      if (found !== undefined) resolve(found);
    });
    void started.then(() => reject(new Error(`the provider of ${folder} ended before it could be used:\n${said}`)));
  });
  return {
    env: { TF_REATTACH_PROVIDERS: attach },
    stop: async () => {
      started.kill();
      await started;
    },
  };
}
