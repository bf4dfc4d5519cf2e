import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { absent } from './absent.ts';
import { divergences } from './divergences.ts';
import { type Column, matrixText } from './matrix.ts';
import { type Participant, participants } from './participants.ts';
import { type Outcome, runCases } from './run-cases.ts';
import { allCases } from './suite/all-cases.ts';
import { complaint } from './verdict.ts';

/** A real account takes long; the others a minute. */
const RUN_LIMIT_MS = 3_600_000;

// For work on a case: CVOPS_CONFORMANCE_ONLY = text that its id begins with.
const cases = allCases.filter((entry) => entry.id.startsWith(process.env['CVOPS_CONFORMANCE_ONLY'] ?? ''));
const taking = await participants(process.env);
const outcomes = new Map<Participant, ReadonlyMap<string, Outcome>>();

// All cases of all backends run before the first test, side by side: they mostly wait. Each test tells how one ended.
beforeAll(async () => {
  await Promise.all(taking.map(async (participant) => outcomes.set(participant, await run(participant))));
}, RUN_LIMIT_MS);

afterAll(() => {
  const columns = taking.map((participant): Column => {
    const statuses = [...(outcomes.get(participant) ?? [])].map(([id, outcome]) => [id, outcome.status] as const);
    return { backend: participant.name, title: participant.title, statuses: Object.fromEntries(statuses) };
  });
  console.log(`Conformance with AWS\n\n${matrixText(cases, columns)}\n`);
});

for (const participant of taking) {
  const { name, clock } = participant;
  if (participant.absent !== undefined) {
    absent(`conformance of ${name}`, participant.absent);
    continue;
  }
  describe(`conformance of ${name}`, () => {
    for (const entry of cases) {
      // No test, so that it counts neither as passed nor as skipped; the matrix shows it as not run.
      if (entry.needs === 'clock' && !clock) continue;
      const known = divergences.find((one) => one.backend === name && one.case === entry.id);
      const note = known === undefined ? '' : ` (known to differ: ${known.instead})`;
      test(`${entry.id}: ${entry.text}${note}`, () => {
        const wrong = complaint(outcomes.get(participant)!.get(entry.id)!, known);
        if (wrong !== undefined) expect.fail(wrong);
      });
    }
  });
}

/** A backend that does not start fails its own tests only. */
async function run({ open }: Participant): Promise<ReadonlyMap<string, Outcome>> {
  if (open === undefined) return new Map();
  try {
    const backend = await open();
    try {
      return new Map((await runCases(backend, cases)).map((outcome) => [outcome.id, outcome]));
    } finally {
      await backend.stop();
    }
  } catch (cause) {
    const failed = (id: string): Outcome => ({ id, status: 'differs', failure: String(cause), durationMs: 0 });
    return new Map(cases.map(({ id }) => [id, failed(id)]));
  }
}
