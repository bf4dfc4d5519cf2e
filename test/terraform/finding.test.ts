import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findMirror, prepareTerraform, TerraformUnavailable } from '../../scripts/terraform.mjs';

describe('the folder with the provider', () => {
  let home: string;
  const find = (env: Record<string, string> = {}, places: readonly string[] = []) =>
    findMirror('5.100.0', 'linux_amd64', { HOME: home, XDG_DATA_DIRS: home, ...env }, places);
  /** A mirror below the test's own folder. */
  const mirror = (name: string, version = '5.100.0', platform = 'linux_amd64') => {
    mkdirSync(join(home, name, 'registry.terraform.io', 'hashicorp', 'aws', version, platform), { recursive: true });
    return join(home, name);
  };

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'cvops-mirror-'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  test('is the one that CVOPS_TERRAFORM_MIRROR names', () => {
    mirror('cache');
    expect(find({ CVOPS_TERRAFORM_MIRROR: mirror('named'), TF_PLUGIN_CACHE_DIR: join(home, 'cache') })).toBe(
      join(home, 'named'),
    );
  });

  test('is never another than the named one, which is refused by name when it holds no such provider', () => {
    mirror('cache');
    const named = mirror('named', '5.99.0');
    expect(() => find({ CVOPS_TERRAFORM_MIRROR: named, TF_PLUGIN_CACHE_DIR: join(home, 'cache') })).toThrow(
      `CVOPS_TERRAFORM_MIRROR=${named} holds no hashicorp/aws 5.100.0 for linux_amd64`,
    );
  });

  test('may be the plugin cache, or a folder of the CLI configuration', () => {
    expect(find({ TF_PLUGIN_CACHE_DIR: mirror('cache') })).toBe(join(home, 'cache'));
    const file = join(home, 'terraformrc');
    writeFileSync(
      file,
      `provider_installation {\n  filesystem_mirror {\n    path = "${mirror('configured')}"\n  }\n}\n`,
    );
    expect(find({ TF_CLI_CONFIG_FILE: file })).toBe(join(home, 'configured'));
  });

  test('is looked for where Terraform itself would look, when the CLI configuration is a file that is not there', () => {
    const implied = mirror(join('.terraform.d', 'plugins'));
    expect(find({ TF_CLI_CONFIG_FILE: join(home, 'gone') })).toBe(implied);
  });

  test('may hold the provider packed', () => {
    const folder = join(home, 'packed', 'registry.terraform.io', 'hashicorp', 'aws');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'terraform-provider-aws_5.100.0_linux_amd64.zip'), '');
    expect(find({ TF_PLUGIN_CACHE_DIR: join(home, 'packed') })).toBe(join(home, 'packed'));
  });

  test('is found two folders below a usual place, and no deeper', () => {
    const place = join(home, 'place');
    mirror(join('place', 'a', 'b', 'c'));
    expect(find({}, [place])).toBeUndefined();
    mirror(join('place', 'a', 'd'));
    expect(find({}, [join(home, 'missing'), place])).toBe(join(place, 'a', 'd'));
  });

  test('is none for another platform or version', () => {
    mirror('cache', '5.100.0', 'darwin_arm64');
    mirror('cache', '5.99.0');
    expect(find({ TF_PLUGIN_CACHE_DIR: join(home, 'cache') })).toBeUndefined();
  });
});

test('without terraform on PATH the reason says so', async () => {
  const unavailable = prepareTerraform({ env: { PATH: '', HOME: tmpdir() }, places: [] });
  await expect(unavailable).rejects.toThrow(TerraformUnavailable);
  await expect(unavailable).rejects.toThrow('terraform is not on PATH');
});
