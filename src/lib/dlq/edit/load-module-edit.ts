import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
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
  let loaded: unknown;
  try {
    // Every Node that cvops runs on can require ES modules; the published program cannot import what it does not hold.
    // https://nodejs.org/docs/latest-v20.x/api/modules.html#loading-ecmascript-modules-using-require
    loaded = createRequire(path)(path);
  } catch (cause) {
    const { name, message } = cause as Error;
    throw invalid(`--edit ${shown} cannot be loaded: ${name}: ${message.split('\n', 1)[0]}`, cause);
  }
  const change = defaultExport(loaded);
  if (typeof change !== 'function') throw invalid(`--edit ${shown} has no function as its default export.`);
  if (change.constructor.name === 'AsyncFunction')
    throw invalid(`--edit ${shown}: an edit cannot be an async function.`);
  return makeEdit(`${path}#sha256=${digest}`, shown, (letter) => {
    const result: unknown = (change as (message: DeadLetter) => unknown)(structuredClone(letter));
    if (typeof (result as PromiseLike<unknown> | null)?.then === 'function') {
      Promise.resolve(result).catch(() => {});
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

/** Of an ES module, or what a CommonJS one exports. */
function defaultExport(loaded: unknown): unknown {
  return typeof loaded === 'object' && loaded !== null && 'default' in loaded ? loaded.default : loaded;
}

function invalid(message: string, cause?: unknown): CvopsError {
  return new CvopsError('InvalidEdit', ExitCode.usage, message, {
    hint: 'a module edits like this: export default (message) => ({ ...message, body: { ...message.body, version: 2 } });',
    cause,
  });
}
