import type { DeclaredUsage } from '../../config/config.ts';
import type { LimitId } from '../tariff/tariff.ts';
import type { Projection, UsageRow } from '../usage-row.ts';
import { type RowInput, rowOf } from './row-of.ts';

interface DeclaredSpec {
  readonly id: string;
  readonly service: string;
  readonly metric: string;
  readonly unit: string;
  readonly limit: LimitId;
  readonly projection: Projection;
  readonly field: keyof DeclaredUsage;
  readonly basis: string;
  readonly note: string;
}

const DECLARED: readonly DeclaredSpec[] = [
  {
    id: 'hcp-resources',
    service: 'HCP Terraform',
    metric: 'managed resources',
    unit: 'resources',
    limit: 'hcp-terraform-resources',
    projection: 'level',
    field: 'hcpManagedResources',
    basis: 'declared in the configuration',
    note: 'The allowance is the organisation’s: the resources of all its workspaces count.',
  },
  {
    id: 'github-minutes',
    service: 'GitHub Actions',
    metric: 'minutes',
    unit: 'minutes',
    limit: 'github-actions-minutes',
    projection: 'none',
    field: 'githubMinutes',
    basis: 'declared in the configuration, for a month',
    note: 'Each job rounds up to a minute; public repositories are free.',
  },
  {
    id: 'cloudflare-requests',
    service: 'Cloudflare Workers',
    metric: 'requests in a day',
    unit: 'requests a day',
    limit: 'cloudflare-requests-per-day',
    projection: 'daily',
    field: 'cloudflareRequestsPerDay',
    basis: 'declared in the configuration, the worst day',
    note: 'The allowance is for each day: only the worst one counts.',
  },
];

/** What no AWS metric tells of and the configuration declares; a row for each figure that is there. */
export function declaredRows(input: RowInput, declared: DeclaredUsage): readonly UsageRow[] {
  return DECLARED.flatMap(({ field, note, ...spec }) => {
    const used = declared[field];
    if (used === undefined) return [];
    return [
      rowOf(
        {
          ...spec,
          amount: { used, range: null, projected: used, projectedRange: null, confidence: 'medium', daily: [] },
          // Beyond it a plan is bought, not a quantity.
          cost: () => 0,
          formula: `usage.declared.${field}`,
          terms: [
            { name: spec.metric, value: used, unit: spec.unit, source: `usage.declared.${field} of the configuration` },
          ],
          notes: [note, 'Beyond the allowance there is no price by the unit: a paid plan, or nothing runs.'],
        },
        input,
      ),
    ];
  });
}
