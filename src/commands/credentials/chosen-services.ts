import type { Config } from '../../lib/config/config.ts';
import { type FoundService, findService, servicesWith } from '../../lib/config/find-service.ts';
import { withWorkspaces } from '../state/workspace-option.ts';

export const servicesArgument = { name: '[service...]', description: 'whose workspaces; all of them without one' };

/** The names of a variadic argument. */
export function parseServices(args: readonly unknown[]): readonly string[] {
  return [...new Set(args.flat().filter((each) => typeof each === 'string'))];
}

/** The services that were named, or all, each with its workspace. */
export function chosenServices(config: Config, names: readonly string[]): readonly FoundService<'workspace'>[] {
  const all = withWorkspaces(config);
  return names.length === 0 ? servicesWith(all, 'workspace') : names.map((name) => findService(all, name, 'workspace'));
}
