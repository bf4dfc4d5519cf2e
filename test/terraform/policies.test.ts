import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOTS } from '../../scripts/terraform.mjs';
import { SimulatedClock } from '../../src/lib/simulator/kernel/clock.ts';
import { Simulator } from '../../src/lib/simulator/simulator.ts';
import { POLICIES } from './policies.ts';
import { describeWithTerraform } from './support/describe-with-terraform.ts';
import type { Plan } from './support/plan.ts';
import { type System, systemOf } from './support/system.ts';

await describeWithTerraform('the plan of all three roots', (workspace) => {
  let simulator: Simulator;
  let system: System;

  beforeAll(async () => {
    // A plan of what is not there yet asks AWS only who is asking.
    simulator = await Simulator.start({ clock: new SimulatedClock({ rate: 0 }) });
    workspace.useAws(simulator.endpoint);
    const plans = await Promise.all(
      ROOTS.map(async (root) => {
        await workspace.initLocally(root);
        const email = root === 'reporter' ? ['-var=alert_email=ops@example.com'] : [];
        await workspace.must(root, 'plan', '-no-color', '-out=first.tfplan', ...email);
        return JSON.parse(await workspace.must(root, 'show', '-json', 'first.tfplan')) as Plan;
      }),
    );
    system = systemOf(plans, workspace.folder);
  }, 600_000);
  afterAll(() => simulator?.close());

  test.each(POLICIES)('keeps: $title', ({ check, spoil }) => {
    expect(check(system)).toEqual([]);
    const spoilt = structuredClone(system);
    spoil(spoilt);
    expect(check(spoilt)).not.toEqual([]);
  });

  test("refuses a longer timeout of the processor while its queue hides messages for six times today's", async () => {
    const { code, all } = await workspace.run('processor', 'plan', '-no-color', '-var=timeout_seconds=11');
    expect(code).toBe(1);
    expect(all.replace(/\s+/g, ' ')).toContain("visibility timeout is at least 6 times the function's timeout");
  });
});
