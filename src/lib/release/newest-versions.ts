import type { Functions } from '../aws/ports/functions.ts';

const SHOWN = 5;

/** The newest published versions, the newest first, in words: `9, 8, 7`; empty when there is none. @param but left out */
export async function newestVersions(functions: Functions, functionName: string, but?: string): Promise<string> {
  const versions = (await functions.listVersions(functionName)).map(({ version }) => version);
  return versions
    .filter((version) => version !== but)
    .slice(-SHOWN)
    .reverse()
    .join(', ');
}
