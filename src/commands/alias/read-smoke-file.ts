import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CvopsError } from '../../lib/errors/cvops-error.ts';
import { ExitCode } from '../../lib/errors/exit-code.ts';
import { parseSmokeEvents } from '../../lib/release/smoke-events.ts';

/** The events of `--smoke`, JSON texts. @throws CvopsError `FileNotFound`, `FileNotReadable`, `InvalidSmokeFile`. */
export async function readSmokeFile(file: string, cwd: string): Promise<readonly string[]> {
  let text: string;
  try {
    text = await readFile(resolve(cwd, file), 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT')
      throw new CvopsError('FileNotFound', ExitCode.notFound, `--smoke: there is no file "${file}".`, { cause });
    throw new CvopsError('FileNotReadable', ExitCode.failed, `--smoke: "${file}" cannot be read (${code}).`, { cause });
  }
  return parseSmokeEvents(text, file);
}
