/** What the tests read of `terraform show -json` (https://developer.hashicorp.com/terraform/internals/json-format#plan-representation). */
export interface Plan {
  readonly planned_values: { readonly root_module: PlannedModule };
  readonly resource_changes: readonly ResourceChange[];
  readonly configuration: { readonly root_module: ConfiguredModule };
}

export interface PlannedModule {
  readonly resources?: readonly PlannedResource[];
  readonly child_modules?: readonly PlannedModule[];
}

export interface PlannedResource {
  readonly address: string;
  readonly mode: 'managed' | 'data';
  readonly type: string;
  readonly name: string;
  readonly values: Record<string, unknown>;
}

export interface ConfiguredModule {
  readonly resources?: readonly ConfiguredResource[];
  readonly module_calls?: Readonly<Record<string, ModuleCall>>;
  readonly outputs?: Readonly<Record<string, { readonly expression: unknown }>>;
}

export interface ModuleCall {
  readonly source: string;
  readonly expressions?: Record<string, unknown>;
  readonly module: ConfiguredModule;
}

export interface ConfiguredResource {
  readonly type: string;
  readonly name: string;
  readonly expressions: Record<string, unknown>;
}

interface ResourceChange {
  readonly address: string;
  /** Where the state has it, if under another address. */
  readonly previous_address?: string;
  readonly change: {
    readonly actions: readonly string[];
    readonly before: Readonly<Record<string, unknown>> | null;
    readonly after: Readonly<Record<string, unknown>> | null;
  };
}

/** What a plan would change: each resource that is not left alone, with the attributes that differ. */
export function changesOf(plan: Plan): { address: string; actions: readonly string[]; attributes: string[] }[] {
  return plan.resource_changes
    .filter(({ change }) => change.actions.join() !== 'no-op' && change.actions.join() !== 'read')
    .map(({ address, change: { actions, before, after } }) => ({
      address,
      actions,
      attributes: [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])].filter(
        (name) => JSON.stringify(before?.[name]) !== JSON.stringify(after?.[name]),
      ),
    }));
}

/** What a plan finds under another address in the state: that, by the address that it has now. */
export function movesOf(plan: Plan): Record<string, string> {
  return Object.fromEntries(
    plan.resource_changes.flatMap(({ address, previous_address: before }) =>
      before === undefined ? [] : [[address, before]],
    ),
  );
}
