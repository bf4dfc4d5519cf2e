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

/**
 * A resource, or the call of a module, as it is written: which others it refers to, by attribute, and what stays out of
 * every plan. Where it refers to an output of a module, it also refers to what that output is made of.
 */
export interface Written {
  /** `modules/processor`; equal types and names in two modules are two resources. */
  readonly module: string;
  /** `module` for the call of one. */
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
  const calls = Object.entries(module.module_calls ?? {});
  const resources = (module.resources ?? []).map((resource) => ({
    ...resource,
    text: blockOf(text, `resource "${resource.type}" "${resource.name}" {`),
  }));
  const modules = calls.map(([called, { expressions = {} }]) => ({
    type: 'module',
    name: called,
    expressions,
    text: blockOf(text, `module "${called}" {`),
  }));
  return [
    ...[...resources, ...modules].map((each) => ({
      module: `modules/${name}`,
      type: each.type,
      name: each.name,
      expressions: throughModules(each.expressions, module) as Record<string, unknown>,
      text: each.text,
    })),
    ...calls.flatMap(([, call]) => writtenOf(call.module, call.source, folder)),
  ];
}

/** Expressions whose `references` also name what the outputs that they name refer to, however deep. */
function throughModules(expressions: unknown, module: ConfiguredModule): unknown {
  if (Array.isArray(expressions)) return expressions.map((each) => throughModules(each, module));
  if (typeof expressions !== 'object' || expressions === null) return expressions;
  return Object.fromEntries(
    Object.entries(expressions).map(([key, value]) => [
      key,
      key === 'references'
        ? (value as string[]).flatMap((name) => [name, ...behindOutput(name, module)])
        : throughModules(value, module),
    ]),
  );
}

/** What `module.function.alias_arn` refers to, as it is called inside of that module. */
function behindOutput(reference: string, module: ConfiguredModule): readonly string[] {
  const [, called = '', output = ''] = /^module\.(\w+)\.(\w+)/.exec(reference) ?? [];
  const inner = module.module_calls?.[called]?.module;
  const expression = throughModules(inner?.outputs?.[output]?.expression, inner ?? {});
  return (expression as { readonly references?: readonly string[] } | undefined)?.references ?? [];
}

function textOf(folder: string): string {
  const files = readdirSync(folder).filter((name) => name.endsWith('.tf'));
  return files.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
}

/** Formatted text ends a block at its first brace in the first column. */
function blockOf(text: string, opening: string): string {
  const start = text.indexOf(opening);
  return start === -1 ? '' : text.slice(start, text.indexOf('\n}', start));
}
