import type { FunctionConfiguration } from '../aws/ports/function-configurations.ts';
import type { FunctionFacts } from './facts.ts';
import { known } from './verdict.ts';

/** The version that the alias serves, with its settings; `$LATEST` where the alias names one that is gone. */
export function servingVersion({ served, versions }: FunctionFacts): FunctionConfiguration {
  const alias = known(served);
  const all = known(versions);
  const found = all.find(({ version }) => version === alias.version) ?? all.at(-1);
  if (found !== undefined) return found;
  return known({
    gap: { code: 'VersionNotFound', message: `version ${alias.version} of ${alias.functionName} is not there` },
  });
}

/** Of a function that nothing says when to run; a rule of EventBridge is not looked for. */
export const NO_SCHEDULE = 'no schedule of EventBridge Scheduler calls it';
