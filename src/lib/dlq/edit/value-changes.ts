import { isDeepStrictEqual } from 'node:util';
import { isObject } from '../../is-object.ts';

/** One place where two JSON values differ; `undefined` where one of them has nothing. */
export interface ValueChange {
  readonly path: readonly string[];
  readonly before: unknown;
  readonly after: unknown;
}

/** Where two JSON values differ, member by member; lists are taken as a whole. */
export function valueChanges(before: unknown, after: unknown, path: readonly string[] = []): readonly ValueChange[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (!isObject(before) || !isObject(after)) return [{ path, before, after }];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((name) =>
    valueChanges(own(before, name), own(after, name), [...path, name]),
  );
}

function own(object: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}
