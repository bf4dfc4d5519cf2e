import { strToU8, unzipSync, zipSync } from 'fflate';
import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';
import { builtServices } from './built-services.ts';

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

/** @throws CvopsError `SandboxFailed` where nothing was built. */
export function loadServiceBundles(): ServiceBundles {
  const built = builtServices();
  if (built !== undefined) return built;
  throw new CvopsError('SandboxFailed', ExitCode.failed, 'the services of the sandbox are missing.', {
    hint: 'install cvops again; in a clone, run `npm run build`.',
  });
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
