import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConfiguredModule, Plan, PlannedModule } from './plan.ts';

/** A resource with its values: planned (what is known before it is there) or applied (all of them). */
export interface Resource {
  readonly address: string;
  readonly type: string;
  readonly name: string;
  readonly values: Record<string, unknown>;
}

/** A resource as it is written: which others it refers to, by attribute, and what stays out of every plan. */
export interface Written {
  /** `modules/processor`; equal types and names in two modules are two resources. */
  readonly module: string;
  readonly type: string;
  readonly name: string;
  readonly expressions: Record<string, unknown>;
  readonly text: string;
}

/** All roots together, as the policies look at them. */
export interface System {
  readonly resources: Resource[];
  readonly written: Written[];
}

/** From the plans of all roots, and the folder with the configuration that they were made of. */
export function systemOf(plans: readonly Plan[], folder: string): System {
  return {
    resources: plans.flatMap((plan) => resourcesOf(plan.planned_values.root_module)),
    written: plans.flatMap((plan) => writtenOf(plan.configuration.root_module, '', folder)),
  };
}

/** All managed resources of planned values. */
function resourcesOf(module: PlannedModule): Resource[] {
  const own = (module.resources ?? []).filter(({ mode }) => mode === 'managed');
  return [...own, ...(module.child_modules ?? []).flatMap(resourcesOf)];
}

/** All managed resources of a state file (https://developer.hashicorp.com/terraform/language/state). */
export function stateOf(file: string): Resource[] {
  const { resources } = JSON.parse(readFileSync(file, 'utf8')) as { resources: readonly StateResource[] };
  return resources
    .filter(({ mode }) => mode === 'managed')
    .flatMap(({ module, type, name, instances }) =>
      instances.map(({ attributes }) => ({ address: `${module}.${type}.${name}`, type, name, values: attributes })),
    );
}

interface StateResource {
  readonly module: string;
  readonly mode: string;
  readonly type: string;
  readonly name: string;
  readonly instances: readonly { readonly attributes: Record<string, unknown> }[];
}

function writtenOf(module: ConfiguredModule, source: string, folder: string): Written[] {
  // Calls name their module from where they stand: `../modules/processor`, `../release-ledger`.
  const name = source.split('/').at(-1) ?? '';
  const text = name === '' ? '' : textOf(join(folder, 'modules', name));
  const own = (module.resources ?? []).map((resource) => ({
    module: `modules/${name}`,
    type: resource.type,
    name: resource.name,
    expressions: resource.expressions,
    text: blockOf(text, resource.type, resource.name),
  }));
  const calls = Object.values(module.module_calls ?? {});
  return [...own, ...calls.flatMap((call) => writtenOf(call.module, call.source, folder))];
}

function textOf(folder: string): string {
  const files = readdirSync(folder).filter((name) => name.endsWith('.tf'));
  return files.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
}

/** Formatted text ends a block at its first brace in the first column. */
function blockOf(text: string, type: string, name: string): string {
  const start = text.indexOf(`resource "${type}" "${name}" {`);
  return start === -1 ? '' : text.slice(start, text.indexOf('\n}', start));
}
