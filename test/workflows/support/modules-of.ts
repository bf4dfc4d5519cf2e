import { posix } from 'node:path';
import { readProjectFile } from './workflow.ts';

/** Folders of the modules that a folder's main.tf calls, and those that they call. */
export function modulesOf(folder: string): readonly string[] {
  const sources = readProjectFile(`${folder}/main.tf`).matchAll(/^ {2}source\s*= "(\.\.?\/.+)"$/gm);
  const own = [...sources].map(([, source = '']) => posix.join(folder, source));
  return [...new Set([...own, ...own.flatMap(modulesOf)])];
}
