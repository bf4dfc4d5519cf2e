import { type Resource, textOf, timeOf } from './json-api.ts';

export interface HcpRun {
  readonly id: string;
  /** `planning`, `applying`, `applied` …: https://developer.hashicorp.com/terraform/cloud-docs/api-docs/run#run-states */
  readonly status: string;
  readonly message: string | null;
  /** ISO 8601. */
  readonly createdAt: string | null;
}

export function readRun(resource: Resource): HcpRun {
  return {
    id: resource.id,
    status: textOf(resource, 'status') ?? 'unknown',
    message: textOf(resource, 'message'),
    createdAt: timeOf(resource, 'created-at'),
  };
}
