import { flagOf, type Resource, textOf, timeOf } from './json-api.ts';

/** A workspace's variable; https://developer.hashicorp.com/terraform/cloud-docs/api-docs/workspace-variables */
export interface HcpVariable {
  readonly id: string;
  readonly key: string;
  /** Null for a sensitive one: it can be written, never read. */
  readonly value: string | null;
  /** `env` for the shell of a run, `terraform` for an input variable. */
  readonly category: string;
  readonly sensitive: boolean;
  readonly hcl: boolean;
  readonly description: string | null;
  /** ISO 8601; an update does not change it. */
  readonly createdAt: string | null;
  /** Changes with every update of the value. */
  readonly versionId: string | null;
}

/** What a variable is to be. */
export interface VariableInput {
  readonly key: string;
  readonly value: string;
  readonly category: 'env' | 'terraform';
  readonly sensitive: boolean;
  readonly hcl?: boolean;
  readonly description?: string;
}

export function readVariable(resource: Resource): HcpVariable {
  const sensitive = flagOf(resource, 'sensitive');
  return {
    id: resource.id,
    key: textOf(resource, 'key') ?? '',
    value: sensitive ? null : textOf(resource, 'value'),
    category: textOf(resource, 'category') ?? '',
    sensitive,
    hcl: flagOf(resource, 'hcl'),
    description: textOf(resource, 'description'),
    createdAt: timeOf(resource, 'created-at'),
    versionId: textOf(resource, 'version-id'),
  };
}
