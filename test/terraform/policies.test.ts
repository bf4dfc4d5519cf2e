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
  const said: string[] = [];

  beforeAll(async () => {
    // A plan of what is not there yet asks AWS only who is asking.
    simulator = await Simulator.start({ clock: new SimulatedClock({ rate: 0 }) });
    workspace.useAws(simulator.endpoint);
    await Promise.all(
      ROOTS.map(async (root) => {
        await workspace.initLocally(root);
        const email = root === 'reporter' ? ['-var=alert_email=ops@example.com'] : [];
        said.push(await workspace.must(root, 'plan', '-no-color', '-out=first.tfplan', ...email));
      }),
    );
    await workspace.keepProvider('processor', ROOTS);
    const plans = await Promise.all(
      ROOTS.map(async (root) => JSON.parse(await workspace.must(root, 'show', '-json', 'first.tfplan')) as Plan),
    );
    system = systemOf(plans, workspace.folder);
  }, 600_000);
  afterAll(() => simulator?.close());

  test('is valid with the provider of each lock file, and warns of nothing', () => {
    expect(said).toHaveLength(ROOTS.length);
    for (const text of said) {
      expect(text).toMatch(/^Plan: \d+ to add, 0 to change, 0 to destroy\.$/m);
      expect(text).not.toMatch(/Warning: /);
    }
  });

  test.each(POLICIES)('keeps: $title', ({ check, spoil }) => {
    expect(check(system)).toEqual([]);
    const spoilt = structuredClone(system);
    spoil(spoilt);
    expect(check(spoilt)).not.toEqual([]);
  });

  test('refuses what a module inside of a module refuses, and names the variable and its value', async () => {
    const long = ['-var=timeout_seconds=901', '-var=queue_visibility_timeout_seconds=5406'];
    const { code, all } = await workspace.run('processor', 'plan', '-no-color', ...long);
    expect(code).toBe(1);
    expect(all).toContain('var.timeout_seconds is 901');
    expect(all).toContain('A Lambda function runs for 1 to 900 seconds.');
  });

  test.each([
    ['processor', []],
    ['reporter', ['-var=alert_email=ops@example.com']],
  ])('lets the function of %s be set otherwise, and refuses what none is', async (root, needed) => {
    const plan = (settings: string) => workspace.run(root, 'plan', '-no-color', ...needed, `-var=function=${settings}`);
    const other = await plan('{runtime="nodejs20.x",memory_mb=512}');
    expect(other).toMatchObject({ code: 0 });
    expect(other.all).toMatch(/runtime\s+= "nodejs20.x"/);
    expect(other.all).toMatch(/memory_size\s+= 512/);
    expect(other.all).toMatch(/retention_in_days\s+= 14/);
    const none = await plan('{runtime="python3.12"}');
    expect(none.code).toBe(1);
    expect(none.all).toContain('var.runtime is "python3.12"');
  });

  test("refuses a longer timeout of the processor while its queue hides messages for six times today's", async () => {
    const { code, all } = await workspace.run('processor', 'plan', '-no-color', '-var=timeout_seconds=11');
    expect(code).toBe(1);
    expect(all.replace(/\s+/g, ' ')).toContain("visibility timeout is at least 6 times the function's timeout");
  });
});
