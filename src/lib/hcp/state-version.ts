import { numberOf, type Resource, related, textOf, timeOf } from './json-api.ts';

/** One version of a workspace's state: what the list tells of it, never its content. */
export interface HcpStateVersion {
  readonly id: string;
  readonly serial: number | null;
  /** ISO 8601. */
  readonly createdAt: string | null;
  /** Id of the user who made it; a run's are made by a service account. */
  readonly createdBy: string | null;
  /** Id of the run that made it; null for those that `terraform` uploads from a machine. */
  readonly run: string | null;
  readonly sizeBytes: number | null;
  readonly terraformVersion: string | null;
  /** `pending`, `finalized`, `discarded` … */
  readonly status: string | null;
}

export function readStateVersion(resource: Resource): HcpStateVersion {
  return {
    id: resource.id,
    serial: numberOf(resource, 'serial'),
    createdAt: timeOf(resource, 'created-at'),
    createdBy: related(resource, 'created-by')?.id ?? null,
    run: related(resource, 'run')?.id ?? null,
    sizeBytes: numberOf(resource, 'size'),
    terraformVersion: textOf(resource, 'terraform-version'),
    status: textOf(resource, 'status'),
  };
}
