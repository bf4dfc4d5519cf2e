import { existsSync, readFileSync } from 'node:fs';
import type { ServiceBundles } from './service-bundles.ts';

const FILES = {
  processor: 'processor.zip',
  brokenProcessor: 'processor-broken.zip',
  reporter: 'reporter.zip',
  worker: 'worker.mjs',
} as const;

/**
 * The services as `scripts/zip-services.mjs` built them into dist/; undefined where it did not. The published program
 * carries its services with it: scripts/build.mjs puts them in this module's place.
 */
export function builtServices(
  folder: URL = new URL('../../../dist/services/', import.meta.url),
): ServiceBundles | undefined {
  if (!existsSync(new URL(FILES.worker, folder))) return undefined;
  const read = (name: keyof typeof FILES) => readFileSync(new URL(FILES[name], folder));
  return {
    processor: read('processor'),
    brokenProcessor: read('brokenProcessor'),
    reporter: read('reporter'),
    worker: new URL(FILES.worker, folder).href,
  };
}
