import type { ServiceConfig } from '../config/config.ts';
import { NAMES } from '../config/resource-names.ts';
import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';
import { isObject } from '../is-object.ts';
import { type FoundSystem, inOrder } from './found-system.ts';

/** The text of one or several `terraform output -json`, and where it is from. */
export interface OutputText {
  /** `infra/terraform/worker`, a file, `standard input`: for messages. */
  readonly from: string;
  readonly text: string;
}

/** The output of a root that says what its service is made of. */
export const OUTPUT = 'cvops';
const FIELDS = ['function', 'alias', 'queue', 'dlq', 'table', 'topic', 'workspace'] as const;

/**
 * Reads the output `cvops` of each root: a service, the names of its resources, and the table of releases. Other outputs
 * are not looked at; they may be secret.
 * @throws CvopsError `TerraformNoOutputs` or `InvalidTerraformOutput` (4) that says where and what.
 */
export function readTerraformOutputs(texts: readonly OutputText[]): FoundSystem {
  const services: Record<string, ServiceConfig> = {};
  let releaseTable: string | null = null;
  for (const { from, text } of texts) {
    for (const document of documents(text, from)) {
      const { service, releaseTable: table, ...fields } = outputOf(document, from);
      if (Object.hasOwn(services, service)) {
        throw invalid(`${from}: service "${service}" was described before`, 'each root needs a name of its own.');
      }
      services[service] = fields;
      releaseTable = table ?? releaseTable;
    }
  }
  return { region: null, releaseTable, services: inOrder(services), byFunction: false, ambiguous: [], unused: [] };
}

interface Described extends ServiceConfig {
  readonly service: string;
  readonly releaseTable?: string;
}

/** One or more documents, one after the other: several roots through one pipe. */
function documents(text: string, from: string): readonly unknown[] {
  const all = text.replace(/^\ufeff/, '').trim();
  if (all === '') throw noOutputs(from);
  // terraform closes a document in the first column and begins the next one in it.
  return all.split(/(?<=^\})\s*(?=\{)/m).map((part) => {
    try {
      return JSON.parse(part) as unknown;
    } catch {
      throw invalid(`${from} is no JSON`, 'it should be what `terraform output -json` prints, whole.');
    }
  });
}

function outputOf(document: unknown, from: string): Described {
  if (!isObject(document)) throw invalid(`${from} is no object`, 'it should be what `terraform output -json` prints.');
  if (Object.keys(document).length === 0) throw noOutputs(from);
  // `terraform output -json cvops` prints the value alone.
  const value = typeof document['service'] === 'string' ? document : cvopsValue(document, from);
  const { service } = value;
  if (typeof service !== 'string' || !/^[A-Za-z0-9][\w.-]*$/.test(service)) {
    throw invalid(`${from}: "service" of the output "${OUTPUT}" is ${shown(service)}`, 'e.g. service = "processor".');
  }
  const fields: Record<string, string> = {};
  for (const field of FIELDS) {
    const name = value[field];
    if (name === undefined || name === null) continue;
    if (typeof name !== 'string' || !NAMES[field].pattern.test(name)) {
      throw invalid(
        `${from}: "${field}" of the output "${OUTPUT}" is ${shown(name)}, not ${NAMES[field].what}`,
        `e.g. ${field} = "${NAMES[field].example}".`,
      );
    }
    fields[field] = name;
  }
  const table = value['releaseTable'];
  if (table !== undefined && table !== null && (typeof table !== 'string' || !NAMES.table.pattern.test(table))) {
    throw invalid(`${from}: "releaseTable" of the output "${OUTPUT}" is ${shown(table)}`, 'the name of a table.');
  }
  return { service, ...fields, ...(typeof table === 'string' ? { releaseTable: table } : {}) };
}

function cvopsValue(document: Readonly<Record<string, unknown>>, from: string): Readonly<Record<string, unknown>> {
  const output = document[OUTPUT];
  if (output === undefined) {
    throw invalid(
      `${from} has no output "${OUTPUT}"`,
      `add \`output "${OUTPUT}" { value = { service = "NAME", function = …, queue = … } }\` to the root and apply it.`,
    );
  }
  const value = isObject(output) ? output['value'] : undefined;
  if (isObject(value)) return value;
  throw invalid(
    `${from}: the output "${OUTPUT}" is not an object of names`,
    'see infra/terraform/worker/outputs.tf for one.',
  );
}

/** Short, whatever it is. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'missing';
  return text.length <= 60 ? text : `${text.slice(0, 57)}…`;
}

function noOutputs(from: string): CvopsError {
  return new CvopsError('TerraformNoOutputs', ExitCode.setup, `${from} has no outputs.`, {
    hint: 'nothing was applied yet, or in another workspace: `terraform apply` first.',
  });
}

function invalid(message: string, hint: string): CvopsError {
  return new CvopsError('InvalidTerraformOutput', ExitCode.setup, `${message}.`, { hint });
}
