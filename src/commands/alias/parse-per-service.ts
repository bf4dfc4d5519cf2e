import { usageError } from '../parse.ts';

/**
 * What a flag says of each service of a release set: `processor=12,reporter=3`. A comma is a part of a value unless
 * another service follows it. Services that are not named are left out.
 * @param example a value, for the hint. @throws CvopsError `UsageError`.
 */
export function parsePerService(
  value: unknown,
  flag: string,
  services: readonly string[],
  example: string,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  if (typeof value !== 'string') return found;
  const hint = `e.g. ${flag} ${services.map((service) => `${service}=${example}`).join(',')}.`;
  for (const part of value.split(/,(?=[^,=]+=)/)) {
    const [, service, of] = /^([^=]+)=(.+)$/.exec(part) ?? [];
    if (service === undefined || of === undefined) {
      throw usageError(`${flag} ${JSON.stringify(part)} does not say of which service.`, hint);
    }
    if (!services.includes(service)) {
      throw usageError(`${flag} names ${JSON.stringify(service)}, which is not among the services to promote.`, hint);
    }
    if (found.has(service)) throw usageError(`${flag} names ${JSON.stringify(service)} twice.`, hint);
    found.set(service, of);
  }
  return found;
}
