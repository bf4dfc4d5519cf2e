import { existsSync, readFileSync } from 'node:fs';
import { strToU8, unzipSync, zipSync } from 'fflate';
import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';

/** The built services of the example system. */
export interface ServiceBundles {
  /** The processor's deployment package. */
  readonly processor: Uint8Array;
  /** A release of the processor with a bug. */
  readonly brokenProcessor: Uint8Array;
  readonly reporter: Uint8Array;
  /** URL of the Worker's module. */
  readonly worker: string;
}

const FILES = {
  processor: 'processor.zip',
  brokenProcessor: 'processor-broken.zip',
  reporter: 'reporter.zip',
  worker: 'worker.mjs',
} as const;

/** Beside the built program; run from the sources, those in dist/. */
const FOLDERS = ['./services/', '../../../dist/services/'];

/** @throws CvopsError `SandboxFailed` where nothing was built. */
export function loadServiceBundles(folder: URL | undefined = builtFolder()): ServiceBundles {
  if (folder === undefined) {
    throw new CvopsError('SandboxFailed', ExitCode.failed, 'the services of the sandbox are missing.', {
      hint: 'install cvops again; in a clone, run `npm run build`.',
    });
  }
  const read = (name: keyof typeof FILES) => readFileSync(new URL(FILES[name], folder));
  return {
    processor: read('processor'),
    brokenProcessor: read('brokenProcessor'),
    reporter: read('reporter'),
    worker: new URL(FILES.worker, folder).href,
  };
}

function builtFolder(): URL | undefined {
  return FOLDERS.map((path) => new URL(path, import.meta.url)).find((url) => existsSync(new URL(FILES.worker, url)));
}

/**
 * The package as release `number` would have it: with a file that names the release, so that each release is code of
 * its own and publishing it makes a version (https://docs.aws.amazon.com/lambda/latest/api/API_PublishVersion.html).
 * Answers base64 text.
 */
export function asRelease(zip: Uint8Array, number: number): string {
  const files = { ...unzipSync(zip), 'release.json': strToU8(`${JSON.stringify({ release: number })}\n`) };
  // Zip entries carry local times from 1980 on; one fixed time keeps equal releases equal.
  return Buffer.from(zipSync(files, { level: 1, mtime: new Date(2020, 0, 1) })).toString('base64');
}
