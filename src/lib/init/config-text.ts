import { applyEdits, modify, type ParseError, parse } from 'jsonc-parser';
import type { ServiceConfig } from '../config/config.ts';
import { parseConfig } from '../config/parse-config.ts';
import { isObject } from '../is-object.ts';
import { type FoundSystem, inOrder } from './found-system.ts';

/** Fields of a service that a hand adds: nothing tells of them. */
const ADDED: readonly string[] = ['workspace', 'script', 'sender'] satisfies readonly (keyof ServiceConfig)[];
const FORMAT = { formattingOptions: { insertSpaces: true, tabSize: 2, eol: '\n' } };

/**
 * What is kept of a file that is there; null where there is nothing to keep.
 * @param before the file's text; null without one
 * @param path only for messages
 * @throws CvopsError `InvalidConfig` (4): what cannot be read cannot be kept
 */
export function keptText(before: string | null, path: string): string | null {
  const text = before?.replace(/^\ufeff/, '') ?? '';
  if (text.trim() === '') return null;
  // It says where and what is wrong.
  if (!isObjectText(text)) parseConfig(text, path);
  return text;
}

/**
 * The text of `cvops.config.json` for a found system. Over a file that is there, only what was found is replaced: its other
 * fields and its comments stay.
 * @param before see {@link keptText}
 */
export function configText(system: FoundSystem, before: string | null): string {
  const { services, region, releaseTable } = system;
  const found = {
    ...(region === null ? {} : { region }),
    ...(releaseTable === null ? {} : { releaseTable }),
    services,
  };
  if (before === null) return `${JSON.stringify({ version: 1, ...found }, null, 2)}\n`;
  const old: Readonly<Record<string, unknown>> = parse(before);
  const text = edited(before, [], old, { ...old, ...found, services: withKept(system, old['services']) });
  return text.endsWith('\n') ? text : `${text}\n`;
}

/** The text with a value in the place of another; only what differs in them is touched, for the sake of comments. */
function edited(text: string, path: readonly string[], old: unknown, wanted: unknown): string {
  if (old === wanted) return text;
  // The only field of an object is never taken away, what is new comes first: the comma behind it would be left.
  const isWithin = isObject(old) && isObject(wanted) && Object.keys(wanted).length > 0;
  if (!isWithin) return applyEdits(text, modify(text, [...path], wanted, FORMAT));
  const fields = new Set([...Object.keys(wanted), ...Object.keys(old)]);
  return [...fields].reduce((sofar, field) => edited(sofar, [...path, field], old[field], wanted[field]), text);
}

/** With what a hand has added to the services that were found, and beside them. */
function withKept({ services, byFunction }: FoundSystem, before: unknown): FoundSystem['services'] {
  const kept: Record<string, ServiceConfig> = { ...services };
  for (const [name, old] of Object.entries(isObject(before) ? before : {})) {
    if (!isObject(old)) continue;
    const found = Object.hasOwn(services, name) ? services[name] : undefined;
    const added = Object.fromEntries(Object.entries(old).filter(([field]) => ADDED.includes(field)));
    if (found !== undefined) kept[name] = { ...found, ...added };
    else if (byFunction && old['function'] === undefined) kept[name] = old;
  }
  return inOrder(kept);
}

function isObjectText(text: string): boolean {
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true });
  return errors.length === 0 && isObject(value);
}
