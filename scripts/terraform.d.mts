/** The folders with a state of their own, in the order of the first bring-up. */
export const ROOTS: readonly ['worker', 'processor', 'reporter'];

export class TerraformUnavailable extends Error {}

export interface PreparedTerraform {
  readonly command: string;
  readonly version: string;
  /** Version of hashicorp/aws. */
  readonly provider: string;
  /** The folder that holds it. */
  readonly mirror: string;
  /** The whole environment to run it with. */
  readonly env: Readonly<Record<string, string>>;
}

export function prepareTerraform(options?: {
  env?: Readonly<Record<string, string | undefined>>;
  places?: readonly string[];
}): Promise<PreparedTerraform>;

export function findMirror(
  version: string,
  platform: string,
  env: Readonly<Record<string, string | undefined>>,
  places: readonly string[],
): string | undefined;
