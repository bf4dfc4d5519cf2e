import { findNodeAtLocation, getNodeValue, type Node, type ParseError, parseTree } from 'jsonc-parser';
import * as z from 'zod/mini';
import { closest } from '../errors/closest.ts';
import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';
import type { Config, ServiceConfig } from './config.ts';
import { NAMES, nameIn } from './resource-names.ts';
import { TERRAFORM_FIELDS } from './terraform-fields.ts';
import { USAGE_FIELDS, usageFieldsBelow } from './usage-fields.ts';

const text = z.string().check(z.minLength(1), z.maxLength(256));
const resource = (field: keyof ServiceConfig) => z.optional(text.check(z.regex(NAMES[field].pattern)));
const service = z.strictObject({
  function: resource('function'),
  alias: resource('alias'),
  queue: resource('queue'),
  dlq: resource('dlq'),
  table: resource('table'),
  topic: resource('topic'),
  workspace: resource('workspace'),
  script: resource('script'),
  sender: resource('sender'),
});
const count = z.optional(z.int().check(z.nonnegative()));
const usage = z.strictObject({
  currency: z.optional(
    z.strictObject({
      code: z.string().check(z.regex(/^[A-Z]{3}$/)),
      rate: z.number().check(z.positive()),
      asOf: z.iso.date(),
    }),
  ),
  declared: z.optional(
    z.strictObject({ hcpManagedResources: count, githubMinutes: count, cloudflareRequestsPerDay: count }),
  ),
});
const terraform = z.strictObject({
  organization: z.optional(z.string().check(z.regex(TERRAFORM_FIELDS.organization.pattern))),
  hostname: z.optional(z.string().check(z.regex(TERRAFORM_FIELDS.hostname.pattern))),
});
const schema = z.strictObject({
  $schema: z.optional(z.string()),
  version: z.optional(z.literal(1)),
  region: z.optional(text),
  profile: z.optional(text),
  endpointUrl: z.optional(z.url({ protocol: /^https?$/ })),
  releaseTable: resource('table'),
  usage: z.optional(usage),
  terraform: z.optional(terraform),
  services: z.record(z.string().check(z.regex(/^[A-Za-z0-9][\w.-]*$/)), service),
});

const FILE_FIELDS = [
  'services',
  'region',
  'profile',
  'endpointUrl',
  'releaseTable',
  'usage',
  'terraform',
  'version',
] as const;
const SERVICE_FIELDS = Object.keys(NAMES) as readonly (keyof ServiceConfig)[];

/**
 * Reads a configuration file's text. Comments, trailing commas and a byte order mark are allowed.
 * @param path only for messages.
 * @throws CvopsError `InvalidConfig` that names line, column, field, value, and what is expected.
 */
export function parseConfig(fileText: string, path: string): Config {
  const source = new Source(fileText.replace(/^\ufeff/, ''), path);
  if (/[\0\ufffd]/.test(source.text)) {
    throw source.error(0, 'the file is not UTF-8 text.', 'save it as UTF-8.');
  }
  const errors: ParseError[] = [];
  const tree = parseTree(source.text, errors, { allowTrailingComma: true });
  const [first] = errors;
  if (first !== undefined || tree === undefined) throw unreadable(source, first);
  refuseDoubledKeys(source, tree);
  const result = z.safeParse(schema, getNodeValue(tree));
  if (result.success) return { ...result.data, services: result.data.services };
  // An unknown field is often the one that is missing, misspelt.
  const { issues } = result.error;
  throw refused(source, tree, issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]!);
}

/** The text with its file's name, for errors that say where. */
class Source {
  readonly text: string;
  readonly #path: string;

  constructor(text: string, path: string) {
    this.text = text;
    this.#path = path;
  }

  line(offset: number): number {
    return this.text.slice(0, offset).split('\n').length;
  }

  error(offset: number, message: string, hint: string): CvopsError {
    const column = offset - this.text.lastIndexOf('\n', offset - 1);
    const at = `${this.#path}:${this.line(offset)}:${column}`;
    return new CvopsError('InvalidConfig', ExitCode.setup, `${at}: ${message}`, { hint });
  }
}

/** By jsonc-parser's ParseErrorCode; a const enum, which cannot be imported with isolated modules. */
const SYNTAX: Readonly<Record<number, string>> = {
  1: 'this is no JSON; names and texts stand in double quotes',
  2: 'this is no JSON number',
  3: 'a name in double quotes is expected',
  4: 'a value is expected',
  5: 'a colon is expected',
  6: 'a comma is expected',
  7: 'a closing brace is expected',
  8: 'a closing bracket is expected',
  9: 'the file should end here',
  11: 'a comment does not end',
  12: 'a text does not end',
  14: 'a \\u needs 4 hexadecimal digits',
  15: 'this character cannot stand behind a backslash',
  16: 'a control character in a text must be written with a backslash',
};

function unreadable(source: Source, error: ParseError | undefined): CvopsError {
  if (source.text.trim() === '') {
    return source.error(0, 'the file is empty.', 'see docs/configuration.md for an example.');
  }
  return source.error(
    error?.offset ?? 0,
    `${SYNTAX[error?.error ?? 0] ?? 'this cannot be read'}.`,
    'the file may be half-written; see docs/configuration.md for an example.',
  );
}

/** JSON readers keep the last of two equal keys and say nothing. `__proto__` is no key but changes the object. */
function refuseDoubledKeys(source: Source, node: Node): void {
  const seen = new Map<string, number>();
  for (const child of node.children ?? []) {
    if (child.type === 'property' && child.children?.[0] !== undefined) {
      const { value, offset } = child.children[0] as { value: string; offset: number };
      const before = seen.get(value);
      if (before !== undefined) {
        throw source.error(
          offset,
          `"${value}" stands twice, here and in line ${source.line(before)}.`,
          'take one of them away, or rename it.',
        );
      }
      if (value === '__proto__') throw source.error(offset, '"__proto__" is no name.', 'rename it.');
      seen.set(value, offset);
    }
    refuseDoubledKeys(source, child);
  }
}

function refused(source: Source, tree: Node, issue: z.core.$ZodIssue): CvopsError {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') return unknownField(source, tree, path, issue.keys[0]!);
  const node = findNodeAtLocation(tree, path);
  const field = path.length === 0 ? 'the file' : `"${path.join('.')}"`;
  if (node === undefined) {
    const parent = findNodeAtLocation(tree, path.slice(0, -1)) ?? tree;
    return source.error(parent.offset, `${field} is missing.`, `${expectation(path).hint}`);
  }
  if (issue.code === 'invalid_key') {
    const key = node.parent?.children?.[0] ?? node;
    return source.error(
      key.offset,
      `"${path.at(-1)}" cannot be the name of a service.`,
      'letters, digits, ".", "_" and "-", beginning with a letter or a digit.',
    );
  }
  const { what, hint } = expectation(path);
  const value = getNodeValue(node);
  const kind =
    path.length === 3 && path[0] === 'services' && typeof value === 'string'
      ? nameIn(value, path[2] as keyof ServiceConfig)
      : undefined;
  if (kind !== undefined) return source.error(node.offset, `${field} is ${kind.is}; ${what} is expected.`, kind.hint);
  return source.error(node.offset, `${field} is ${shown(node, value)}; ${what} is expected.`, hint);
}

function unknownField(source: Source, tree: Node, path: readonly string[], key: string): CvopsError {
  const [known, where] = knownFields(path);
  const near = closest(key, known);
  const node = findNodeAtLocation(tree, [...path, key]);
  return source.error(
    (node?.parent ?? tree).offset,
    `there is no field "${[...path, key].join('.')}".`,
    `${near === undefined ? '' : `did you mean "${near}"? `}${where} has: ${known.join(', ')}.`,
  );
}

function knownFields(path: readonly string[]): readonly [fields: readonly string[], where: string] {
  if (path.length === 0) return [FILE_FIELDS, 'the file'];
  if (path[0] === 'usage') return [usageFieldsBelow(path.join('.')), `"${path.join('.')}"`];
  if (path[0] === 'terraform') return [Object.keys(TERRAFORM_FIELDS), '"terraform"'];
  return [SERVICE_FIELDS, 'a service'];
}

const SEE = 'see docs/configuration.md.';

/** What may stand at a path, and how to write it. */
function expectation(path: readonly string[]): { readonly what: string; readonly hint: string } {
  const [first] = path;
  const usageField = USAGE_FIELDS[path.join('.')];
  if (usageField !== undefined) return { what: usageField.what, hint: `e.g. ${usageField.example}.` };
  if (first === 'terraform' && path.length === 2) {
    const { what, example } = TERRAFORM_FIELDS[path[1] as keyof typeof TERRAFORM_FIELDS];
    return { what, hint: `e.g. "${path[1]}": "${example}".` };
  }
  if (path.length === 3) {
    const { what, example } = NAMES[path[2] as keyof ServiceConfig];
    return { what, hint: `e.g. "${path[2]}": "${example}".` };
  }
  if (path.length === 2) return { what: 'an object', hint: `e.g. "${path[1]}": { "function": "my-function" }.` };
  if (first === 'services') {
    return {
      what: 'an object',
      hint: 'e.g. "services": { "processor": { "function": "my-function", "alias": "live" } }.',
    };
  }
  if (first === 'region') return { what: 'the name of a region', hint: 'e.g. "region": "eu-west-2".' };
  if (first === 'profile') return { what: 'the name of an AWS profile', hint: 'e.g. "profile": "default".' };
  if (first === 'endpointUrl') {
    return { what: 'an http or https URL', hint: 'e.g. "endpointUrl": "http://127.0.0.1:4566".' };
  }
  if (first === 'releaseTable') {
    return { what: 'the name of a table', hint: 'e.g. "releaseTable": "cv-analytics-releases".' };
  }
  if (first === 'version') return { what: 'the number 1', hint: 'this cvops reads version 1 of the format.' };
  if (first === '$schema') return { what: 'a text', hint: SEE };
  return { what: 'an object', hint: SEE };
}

/** `5, a number`; lists and objects are not shown. */
function shown(node: Node, value: unknown): string {
  if (node.type === 'array') return 'a list';
  if (node.type === 'object') return 'an object';
  if (node.type === 'null') return 'null';
  // Of what looks like a URL with a password, that is not shown.
  const written = JSON.stringify(value).replace(/[^/\s"]*:[^\s"]*@/, '•••@');
  const short = written.length > 60 ? `${written.slice(0, 60)}…` : written;
  return node.type === 'string' ? short : `${short}, a ${node.type === 'number' ? 'number' : 'truth value'}`;
}
