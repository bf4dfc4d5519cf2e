import { afterAll, describe } from 'vitest';
import { prepareTerraform } from '../../../scripts/terraform.mjs';
import { absent } from '../../conformance/absent.ts';
import { TerraformWorkspace } from './terraform-workspace.ts';

/** A suite with a copy of infra/terraform of its own; where Terraform is not to be had, one test that says so. */
export async function describeWithTerraform(
  title: string,
  suite: (workspace: TerraformWorkspace) => void,
): Promise<void> {
  const prepared = await prepareTerraform().catch((cause: Error) => cause);
  if (prepared instanceof Error) return absent(title, prepared.message);
  describe(title, () => {
    const workspace = new TerraformWorkspace(prepared);
    afterAll(() => workspace.remove());
    suite(workspace);
  });
}
