import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { CvopsError } from '../../errors/cvops-error.ts';
import { ExitCode } from '../../errors/exit-code.ts';
import type { DeadLetter } from '../dead-letter.ts';
import { BadEdit } from './bad-edit.ts';
import type { Edit } from './edit.ts';
import { makeEdit } from './make-edit.ts';

/**
 * A module of the operator's whose default export is `(message) => message`. Its text names the file and the digest of its
 * content, so that a plan or a resumed run notices another one; modules that it imports are not in the digest.
 * @param path absolute
 * @param shown as it was typed
 * @throws CvopsError `InvalidEdit`
 */
export async function loadModuleEdit(path: string, shown: string): Promise<Edit> {
  const digest = await digestOf(path, shown);
  let loaded: { readonly default?: unknown };
  try {
    loaded = (await import(/* @vite-ignore */ pathToFileURL(path).href)) as { default?: unknown };
  } catch (cause) {
    const { name, message } = cause as Error;
    throw invalid(`--edit ${shown} cannot be loaded: ${name}: ${message.split('\n', 1)[0]}`, cause);
  }
  const change = commonJsDefault(loaded.default);
  if (typeof change !== 'function') throw invalid(`--edit ${shown} has no function as its default export.`);
  if (change.constructor.name === 'AsyncFunction')
    throw invalid(`--edit ${shown}: an edit cannot be an async function.`);
  return makeEdit(`${path}#sha256=${digest}`, shown, (letter) => {
    const result: unknown = (change as (message: DeadLetter) => unknown)(structuredClone(letter));
    if (result instanceof Promise) {
      result.catch(() => {});
      throw new BadEdit('it gives a promise; an edit cannot be async');
    }
    if (result === undefined) throw new BadEdit('it gives nothing; does it return the message?');
    return result;
  });
}

async function digestOf(path: string, shown: string): Promise<string> {
  try {
    return createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
  } catch (cause) {
    throw invalid(`--edit ${shown} cannot be read: ${(cause as NodeJS.ErrnoException).code}.`, cause);
  }
}

/** `exports.default = …` in a CommonJS file. */
function commonJsDefault(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'default' in value ? value.default : value;
}

function invalid(message: string, cause?: unknown): CvopsError {
  return new CvopsError('InvalidEdit', ExitCode.usage, message, {
    hint: 'a module edits like this: export default (message) => ({ ...message, body: { ...message.body, version: 2 } });',
    cause,
  });
}
