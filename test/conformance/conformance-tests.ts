import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Backend, BackendName } from './backends/backend.ts';
import { divergences } from './divergences.ts';
import { reportColumn } from './results.ts';
import { type Outcome, runCases } from './run-cases.ts';
import { allCases } from './suite/all-cases.ts';
import { complaint } from './verdict.ts';

const RUN_LIMIT_MS = 600_000;

/**
 * One test a case. All cases run before the first test, many at a time; each test then tells how its case ended. Cases
 * that need a clock are no tests where there is none: they show in the matrix as not run.
 */
export function conformanceTests(name: BackendName, clock: boolean, open: () => Promise<Backend>): void {
  describe(`conformance of ${name}`, () => {
    const outcomes = new Map<string, Outcome>();
    const opened: Backend[] = [];

    beforeAll(async () => {
      const backend = await open();
      opened.push(backend);
      for (const outcome of await runCases(backend, allCases)) outcomes.set(outcome.id, outcome);
    }, RUN_LIMIT_MS);

    afterAll(async () => {
      for (const backend of opened) {
        await backend.stop();
        const statuses = Object.fromEntries([...outcomes].map(([id, outcome]) => [id, outcome.status]));
        reportColumn({ backend: name, title: backend.version, statuses });
      }
    });

    for (const entry of allCases) {
      if (entry.needs === 'clock' && !clock) continue;
      const known = divergences.find((one) => one.backend === name && one.case === entry.id);
      const note = known === undefined ? '' : ` (known to differ: ${known.instead})`;
      test(`${entry.id}: ${entry.text}${note}`, () => {
        expect(complaint(outcomes.get(entry.id)!, known)).toBeUndefined();
      });
    }
  });
}
