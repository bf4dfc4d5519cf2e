import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { DeadLetter } from '../../lib/dlq/dead-letter.ts';
import { BadEdit } from '../../lib/dlq/edit/bad-edit.ts';
import type { Edit } from '../../lib/dlq/edit/edit.ts';
import { loadModuleEdit } from '../../lib/dlq/edit/load-module-edit.ts';
import { makeEdit } from '../../lib/dlq/edit/make-edit.ts';
import { mergePatch } from '../../lib/dlq/edit/merge-patch.ts';
import { closest } from '../../lib/errors/closest.ts';
import type { Expression } from '../../lib/expressions/compile-expression.ts';
import { ExpressionError } from '../../lib/expressions/expression-error.ts';
import { isObject } from '../../lib/is-object.ts';
import { usageError } from '../parse.ts';
import { compileFlag } from './compile-filter.ts';

const EXAMPLE = 'e.g. --edit \'{body: {version: `2`}}\', --edit \'{"body":{"version":2}}\' or --edit ./fix.mjs';
const EDITABLE = ['body', 'attributes', 'groupId'];
const DIGEST = /#sha256=([0-9a-f]{64})$/;

/**
 * An edit from the command line: a JSON merge patch, a JMESPath expression that gives one, a `.json` file with one, or a
 * module whose default export is `(message) => message`. The text of an edit that was compiled before is taken too;
 * a module must then be the same.
 * @param folder that paths are relative to
 * @throws CvopsError `UsageError`, `InvalidEdit`
 */
export async function compileEdit(text: string | undefined, folder: string): Promise<Edit | null> {
  if (text === undefined) return null;
  if (/^[a-z][a-z+.-]*:/i.test(text) && !/^[a-z]:\\/i.test(text)) {
    throw usageError(`--edit ${text} is an address; only a file of this machine is loaded.`, EXAMPLE);
  }
  const path = text.replace(DIGEST, '');
  if (/^(\.{0,2}\/|[a-z]:\\)/i.test(path) || /^[\w.-]+([/\\][\w.-]+)*\.(mjs|cjs|js|json)$/.test(path)) {
    return path.endsWith('.json') ? patchFile(path, folder) : moduleEdit(text, path, folder);
  }
  const patch = asJson(text);
  return patch === undefined ? expressionEdit(text) : patchEdit(text, patch);
}

async function moduleEdit(text: string, path: string, folder: string): Promise<Edit> {
  if (!/\.(mjs|cjs|js)$/.test(path)) {
    throw usageError(`--edit ${path} is neither a module (.mjs, .cjs, .js) nor a .json file.`, EXAMPLE);
  }
  const edit = await loadModuleEdit(resolve(folder, path), path);
  if (DIGEST.test(text) && edit.text !== text) {
    throw usageError(
      `--edit ${path} is not what it was: its content has changed since.`,
      'make a new plan, or start a new run.',
    );
  }
  return edit;
}

async function patchFile(path: string, folder: string): Promise<Edit> {
  let content: string;
  try {
    content = await readFile(resolve(folder, path), 'utf8');
  } catch (cause) {
    throw usageError(`--edit ${path} cannot be read: ${(cause as NodeJS.ErrnoException).code}.`);
  }
  const patch = asJson(content);
  if (patch === undefined) throw usageError(`--edit ${path} does not hold a JSON object.`, EXAMPLE);
  return patchEdit(JSON.stringify(patch), patch);
}

function patchEdit(text: string, patch: Readonly<Record<string, unknown>>): Edit {
  const names = Object.keys(patch);
  const wrong = names.find((name) => !EDITABLE.includes(name));
  if (wrong !== undefined) {
    const near = closest(wrong, EDITABLE);
    throw usageError(
      `--edit: ${JSON.stringify(wrong)} cannot be edited: ${text}`,
      `${near === undefined ? '' : `did you mean "${near}"? `}an edit changes ${EDITABLE.join(', ')}.`,
    );
  }
  if (names.length === 0) throw usageError('--edit {} changes nothing.', EXAMPLE);
  return makeEdit(text, text, (letter) => merged(letter, patch));
}

async function expressionEdit(text: string): Promise<Edit> {
  const expression = await compileFlag('--edit', text, EXAMPLE);
  return makeEdit(text, text, (letter: DeadLetter) => {
    const patch = evaluated(expression, letter);
    if (!isObject(patch)) throw new BadEdit(`it gives ${JSON.stringify(patch)}, not an object to merge`);
    return merged(letter, patch);
  });
}

/** The message as the patch makes it; what the patch removes is null, as an edit wants it. */
function merged(letter: DeadLetter, patch: Readonly<Record<string, unknown>>): unknown {
  return { attributes: null, groupId: null, ...(mergePatch(letter, patch) as object) };
}

function evaluated(expression: Expression, letter: DeadLetter): unknown {
  try {
    return expression.evaluate(letter);
  } catch (cause) {
    throw cause instanceof ExpressionError ? new BadEdit(cause.message) : cause;
  }
}

function asJson(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
