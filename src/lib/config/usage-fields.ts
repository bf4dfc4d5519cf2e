interface UsageField {
  readonly what: string;
  readonly example: string;
}

const COUNT = 'a whole number from 0 up';

/** What may stand in the section `usage` of a configuration, by the path of the field. */
export const USAGE_FIELDS: Readonly<Record<string, UsageField>> = {
  usage: { what: 'an object', example: '"usage": { "declared": { "githubMinutes": 300 } }' },
  'usage.currency': { what: 'an object', example: '"currency": { "code": "GBP", "rate": 0.76, "asOf": "2026-11-01" }' },
  'usage.currency.code': { what: 'a currency in three capital letters', example: '"code": "GBP"' },
  'usage.currency.rate': { what: 'a number above 0, what one US dollar is,', example: '"rate": 0.76' },
  'usage.currency.asOf': { what: 'the day of the rate, YYYY-MM-DD,', example: '"asOf": "2026-11-01"' },
  'usage.declared': { what: 'an object', example: '"declared": { "githubMinutes": 300 }' },
  'usage.declared.hcpManagedResources': { what: COUNT, example: '"hcpManagedResources": 18' },
  'usage.declared.githubMinutes': { what: COUNT, example: '"githubMinutes": 300' },
  'usage.declared.cloudflareRequestsPerDay': { what: COUNT, example: '"cloudflareRequestsPerDay": 900' },
};

/** The fields below a path of the section: `code`, `rate` and `asOf` of `usage.currency`. */
export function usageFieldsBelow(path: string): readonly string[] {
  return Object.keys(USAGE_FIELDS)
    .filter((field) => field.lastIndexOf('.') === path.length && field.startsWith(`${path}.`))
    .map((field) => field.slice(path.length + 1));
}
