import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';

/** A deployment package in memory. */
export interface Archive {
  /** As it was named. */
  readonly path: string;
  readonly zip: Uint8Array;
  /** Base64 SHA-256, as Lambda tells it. */
  readonly sha256: string;
}

/** Of a direct upload: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MOST_BYTES = 50 * 1024 * 1024;
const LOCAL_HEADER = Buffer.from('PK\u0003\u0004');
const END_OF_DIRECTORY = Buffer.from('PK\u0005\u0006');
/** The end record, with the longest comment behind it. */
const END_BYTES = 22 + 0xffff;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is no folder',
  EACCES: 'no permission',
};

/**
 * Reads and checks a package before anything is changed.
 * @param named how messages call it.
 * @throws CvopsError `FileNotFound` (5), `ZipUnreadable`, `ZipTooLarge`, `ZipInvalid` (2).
 */
export function readArchive(path: string, named = path): Archive {
  const zip = read(path, named);
  const refuse = (message: string, hint: string) => new CvopsError('ZipInvalid', ExitCode.usage, message, { hint });
  if (zip.length === 0) throw refuse(`${named} is empty.`, 'build the package again.');
  const isZip = zip.subarray(0, 4).equals(LOCAL_HEADER);
  if (!isZip && !zip.subarray(0, 4).equals(END_OF_DIRECTORY)) {
    throw refuse(
      `${named} is no zip archive.`,
      'Lambda takes .zip packages; a .tar.gz or a folder must be packed as one.',
    );
  }
  if (!isZip) throw refuse(`${named} is a zip archive with nothing in it.`, 'build the package again.');
  if (zip.subarray(Math.max(0, zip.length - END_BYTES)).lastIndexOf(END_OF_DIRECTORY) < 0) {
    throw refuse(`${named} is cut short: its directory is missing.`, 'build or copy the package again.');
  }
  return { path: named, zip, sha256: createHash('sha256').update(zip).digest('base64') };
}

function read(path: string, named: string): Buffer {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const stat = fstatSync(file);
    if (!stat.isFile())
      throw Object.assign(new Error('not a file'), { code: stat.isDirectory() ? 'EISDIR' : 'no file' });
    if (stat.size > MOST_BYTES) throw tooLarge(named, stat.size);
    return readFileSync(file);
  } catch (cause) {
    if (cause instanceof CvopsError) throw cause;
    const { code = '' } = cause as NodeJS.ErrnoException;
    const isMissing = code === 'ENOENT';
    throw new CvopsError(
      isMissing ? 'FileNotFound' : 'ZipUnreadable',
      isMissing ? ExitCode.notFound : ExitCode.usage,
      `cannot read the package ${named} (${REASONS[code] ?? code}).`,
      { hint: 'name the .zip with --zip FILE, or leave it out to release the code that $LATEST holds.', cause },
    );
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function tooLarge(path: string, bytes: number): CvopsError {
  const size = (bytes / 1024 / 1024).toFixed(1);
  return new CvopsError('ZipTooLarge', ExitCode.usage, `${path} has ${size} MB; Lambda takes 50 MB by direct upload.`, {
    hint: 'leave out what is not needed, put large parts into a layer, or update the code from S3 and deploy without --zip.',
  });
}
