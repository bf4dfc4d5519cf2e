import type { AttributeValue, Item } from '../attribute-value.ts';
import { validation } from '../errors.ts';
import { type ResolvedPath, shownPath } from './bindings.ts';

/** The part of an item that the paths name: nested maps keep their shape, lists close up. */
export function project(item: Item, paths: readonly ResolvedPath[]): Item {
  return pick({ M: item }, paths, 0)?.M ?? {};
}

/** Throws ValidationException when one path holds another, or both want the same place to be a list and a map. */
export function checkOverlap(paths: readonly ResolvedPath[], field: string): void {
  for (let i = 1; i < paths.length; i++) {
    for (let j = 0; j < i; j++) {
      const one = paths[j]!;
      const two = paths[i]!;
      const length = Math.min(one.length, two.length);
      const differs = one.findIndex((part, at) => at < length && part !== two[at]);
      if (differs < 0) {
        throw validation(
          `Invalid ${field}: Two document paths overlap with each other; must remove or rewrite one of these paths; path one: ${shownPath(one)}, path two: ${shownPath(two)}`,
        );
      }
      if (typeof one[differs] !== typeof two[differs]) {
        throw validation(
          `Invalid ${field}: Two document paths conflict with each other; must remove or rewrite one of these paths; path one: ${shownPath(one)}, path two: ${shownPath(two)}`,
        );
      }
    }
  }
}

function pick(value: AttributeValue, paths: readonly ResolvedPath[], depth: number): AttributeValue | undefined {
  if (paths.some((path) => path.length === depth)) return value;
  const next = new Map<string | number, ResolvedPath[]>();
  for (const path of paths) {
    const part = path[depth]!;
    const group = next.get(part);
    if (group === undefined) next.set(part, [path]);
    else group.push(path);
  }
  const map: [string, AttributeValue][] = [];
  const list: [number, AttributeValue][] = [];
  for (const [part, group] of next) {
    const child = typeof part === 'number' ? value.L?.[part] : own(value.M, part);
    const kept = child === undefined ? undefined : pick(child, group, depth + 1);
    if (kept === undefined) continue;
    if (typeof part === 'number') list.push([part, kept]);
    else map.push([part, kept]);
  }
  if (map.length > 0) return { M: Object.fromEntries(map) };
  if (list.length > 0) return { L: list.sort(([a], [b]) => a - b).map(([, kept]) => kept) };
  return undefined;
}

function own(map: Item | undefined, name: string): AttributeValue | undefined {
  return map !== undefined && Object.hasOwn(map, name) ? map[name] : undefined;
}
