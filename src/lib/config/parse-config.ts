import { findNodeAtLocation, type Node, type ParseError, parse, parseTree, printParseErrorCode } from 'jsonc-parser';
import * as z from 'zod/mini';
import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';
import type { Config } from './config.ts';

const name = z.string().check(z.minLength(1), z.maxLength(256));
const service = z.strictObject({
  function: z.optional(name),
  alias: z.optional(name),
  queue: z.optional(name),
  dlq: z.optional(name),
  table: z.optional(name),
  topic: z.optional(name),
});
const schema = z.strictObject({
  $schema: z.optional(z.string()),
  version: z.optional(z.literal(1)),
  region: z.optional(name),
  profile: z.optional(name),
  endpointUrl: z.optional(z.url()),
  services: z.record(z.string().check(z.regex(/^[A-Za-z0-9][\w.-]*$/)), service),
});

/**
 * Reads a configuration file's text. Comments and trailing commas are allowed.
 * @param path only for messages. @throws CvopsError `InvalidConfig` that names line, column and field.
 */
export function parseConfig(text: string, path: string): Config {
  const errors: ParseError[] = [];
  const options = { allowTrailingComma: true };
  const value: unknown = parse(text, errors, options);
  const [first] = errors;
  if (first !== undefined) {
    const what = printParseErrorCode(first.error)
      .replace(/([a-z])([A-Z])/g, '$1 $2')
      .toLowerCase();
    throw invalid(
      path,
      position(text, first.offset),
      `${what}.`,
      'the file may be half-written; mend it or write it anew with `cvops init`.',
    );
  }
  const result = z.safeParse(schema, value);
  if (result.success) return { ...result.data, services: result.data.services };
  const issue = result.error.issues[0]!;
  const keys = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const field = [...issue.path, ...keys].map(String);
  const node = nearestNode(parseTree(text, [], options), field);
  const shown = field.length === 0 ? 'the file' : `"${field.join('.')}"`;
  throw invalid(path, position(text, node?.offset ?? 0), `${shown}: ${describe(issue)}.`, hintFor(issue));
}

function describe(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return 'no such field';
  if (issue.code === 'invalid_type') {
    return issue.input === undefined ? `a field of type ${issue.expected} is missing` : `expected ${issue.expected}`;
  }
  return issue.message;
}

function hintFor(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys')
    return 'a service has: function, alias, queue, dlq, table, topic; the file has: region, profile, endpointUrl, services.';
  return 'see docs/configuration.md.';
}

function nearestNode(tree: Node | undefined, path: readonly string[]): Node | undefined {
  for (let length = path.length; tree !== undefined && length >= 0; length--) {
    const node = findNodeAtLocation(tree, path.slice(0, length) as string[]);
    if (node !== undefined) return node;
  }
  return tree;
}

function position(text: string, offset: number): string {
  const before = text.slice(0, offset).split('\n');
  return `${before.length}:${before.at(-1)!.length + 1}`;
}

function invalid(path: string, at: string, message: string, hint: string): CvopsError {
  return new CvopsError('InvalidConfig', ExitCode.setup, `${path}:${at}: ${message}`, { hint });
}
