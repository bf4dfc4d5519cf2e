import { createHash } from 'node:crypto';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { unzipSync } from 'fflate';
import { ApiError } from '../kernel/api-error.ts';
import { invalidParameter } from './errors.ts';

/** A deployment package: the archive as it came, and the folder it is unpacked in. Equal archives share both. */
export interface CodePackage {
  readonly zip: Buffer;
  /** Base64 SHA-256 of the archive. */
  readonly sha256: string;
  readonly folder: string;
}

// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
const MAX_ZIPPED_BYTES = 52_428_800;
const MAX_UNZIPPED_BYTES = 262_144_000;

/** Unpacks archives below one folder; nothing is ever removed from it, so running handlers keep their files. */
export class CodeStore {
  readonly #folder: () => string;
  readonly #packages = new Map<string, CodePackage>();

  /** @param folder asked for once there is something to unpack. */
  constructor(folder: () => string) {
    this.#folder = folder;
  }

  /** Takes the base64 text of a zip. Throws InvalidParameterValueException when it is none, 413 when it is too large. */
  add(base64: string): CodePackage {
    const zip = Buffer.from(base64, 'base64');
    if (zip.length > MAX_ZIPPED_BYTES) {
      throw new ApiError(
        'RequestEntityTooLargeException',
        `Zipped size must be smaller than ${MAX_ZIPPED_BYTES} bytes`,
        { status: 413 },
      );
    }
    const digest = createHash('sha256').update(zip).digest();
    const sha256 = digest.toString('base64');
    const known = this.#packages.get(sha256);
    if (known !== undefined) return known;
    const files = unpack(zip);
    const folder = join(this.#folder(), digest.toString('hex').slice(0, 32));
    writeFiles(files, folder);
    const made = { zip, sha256, folder };
    this.#packages.set(sha256, made);
    return made;
  }
}

function unpack(zip: Buffer): Record<string, Uint8Array> {
  let size = 0;
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(zip, {
      filter: (file) => {
        size += file.originalSize;
        return size <= MAX_UNZIPPED_BYTES && !file.name.endsWith('/');
      },
    });
  } catch {
    throw invalidParameter('Could not unzip uploaded file. Please check your file, then try to upload again.');
  }
  if (size > MAX_UNZIPPED_BYTES) {
    throw invalidParameter(`Unzipped size must be smaller than ${MAX_UNZIPPED_BYTES} bytes`);
  }
  return files;
}

/** Writes beside the target and renames, so that a folder is whole or absent. */
function writeFiles(files: Record<string, Uint8Array>, folder: string): void {
  const staging = `${folder}.unpacking`;
  mkdirSync(staging, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) {
    const path = normalize(name);
    if (path.startsWith('..') || path.startsWith('/')) {
      throw invalidParameter('Could not unzip uploaded file. Please check your file, then try to upload again.');
    }
    const target = join(staging, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, bytes);
  }
  renameSync(staging, folder);
}
