import type { Resource, System, Written } from './system.ts';

export function secretIn(text: string): boolean {
  return /\b(AKIA|ASIA)[A-Z0-9]{16}\b|"(secret|secret_key|secret_access_key|password|token)":"[^"]/.test(text);
}

/** What a policy document allows, as `sqs:SendMessage arn:…`; nothing where it is not known yet. */
export function allowedIn(policy: unknown): string[] {
  if (typeof policy !== 'string') return [];
  const { Statement } = JSON.parse(policy) as { Statement: readonly Statement[] };
  return Statement.filter(({ Effect }) => Effect === 'Allow').flatMap(({ Action, Resource }) =>
    [Action].flat().flatMap((action) => [Resource].flat().map((resource) => `${action} ${resource}`)),
  );
}

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
}

export function refusesPlainHttp(policy: unknown): boolean {
  if (typeof policy !== 'string') return false;
  const { Statement } = JSON.parse(policy) as { Statement: readonly Record<string, unknown>[] };
  const wanted = {
    Effect: 'Deny',
    Principal: '*',
    Action: 'sqs:*',
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  };
  return Statement.some((statement) =>
    Object.entries(wanted).every(([name, value]) => JSON.stringify(statement[name]) === JSON.stringify(value)),
  );
}

export function of(system: System, type: string): Resource[] {
  return system.resources.filter((resource) => resource.type === type);
}

/** The resource whose address, without its index, ends so: `module.events.aws_sqs_queue.this`. */
export function one(system: System, address: string): Resource {
  const found = system.resources.find((resource) =>
    `.${resource.address.replace(/\[.*\]$/, '')}`.endsWith(`.${address}`),
  );
  if (found === undefined) throw new Error(`There is no ${address}.`);
  return found;
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function violation(wrong: boolean, text: string): readonly string[] {
  return wrong ? [text] : [];
}

/** Resources of a type that do not ignore all of these attributes; at least one there must be. */
export function ignoring(written: readonly Written[], type: string, attributes: readonly string[]): readonly string[] {
  const all = written.filter((each) => each.type === type);
  if (all.length === 0) return [`there is no ${type}`];
  return all.flatMap(({ module, name, text }) => {
    const ignored = /ignore_changes = \[([^\]]*)\]/.exec(text)?.[1]?.split(/,\s*/) ?? [];
    const missing = attributes.filter((attribute) => !ignored.includes(attribute));
    return violation(missing.length > 0, `${module}: ${type}.${name}: ${missing.join(', ')}`);
  });
}

/** Resources of a type (and name), or calls of a module, whose attribute does not refer to another; at least one there must be. */
export function referring(
  written: readonly Written[],
  type: string,
  attribute: string,
  to: string,
  called?: string,
): readonly string[] {
  const all = written.filter((each) => each.type === type && (called === undefined || each.name === called));
  if (all.length === 0) return [`there is no ${type}`];
  return all.flatMap(({ module, name, expressions }) =>
    violation(
      !JSON.stringify(expressions[attribute] ?? '').includes(`"${to}`),
      `${module}: ${type}.${name}: ${attribute} is not from ${to}`,
    ),
  );
}

export function rewrite(system: System, type: string, pattern: RegExp): void {
  const index = system.written.findIndex((each) => each.type === type);
  const found = system.written[index]!;
  system.written[index] = { ...found, text: found.text.replace(pattern, '') };
}
