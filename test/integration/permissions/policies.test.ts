import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { registry } from '../../../src/commands/registry.ts';
import { SYSTEM } from '../../../src/lib/sandbox/system.ts';
import { actionOf, resourceOf } from '../../support/permissions/called-action.ts';
import {
  COMMAND_PERMISSIONS,
  NO_PERMISSIONS,
  POLICIES,
  type PolicyName,
  WITHOUT_RESOURCES,
} from '../../support/permissions/command-permissions.ts';
import type { GatedCall } from '../../support/permissions/iam-gate.ts';
import { inSystem, isAllowed, operatorPolicies } from '../../support/permissions/operator-policies.ts';
import { OperatorWorld } from '../../support/permissions/operator-world.ts';
import { permissionsPage } from '../../support/permissions/permissions-page.ts';
import { SCENARIOS } from '../../support/permissions/scenarios.ts';

const MODULE = new URL('../../../infra/terraform/modules/operator-policies/policies.json', import.meta.url);
const PAGE = new URL('../../../docs/permissions.md', import.meta.url);
const isWriting = process.env['UPDATE_DOCS'] === '1';

/** A failure for want of a permission; 3 where messages were copied and could not be deleted. */
const DENIED = [4, 3];
/** Done, done in part, a check NG, or a verdict that stays open. */
const GAP = [0, 1, 3, 8];

const pairs = Object.entries(COMMAND_PERMISSIONS).flatMap(([command, { needs }]) =>
  Object.entries(needs)
    .filter(([, need]) => need.byAws !== true)
    // What a deployment does after the upload is a promotion, which is tried by itself.
    .filter(([action, need]) => command !== 'deploy' || COMMAND_PERMISSIONS['alias promote']!.needs[action] !== need)
    .map(([action, need]) => ({ command, action, need })),
);

let world: OperatorWorld;
beforeAll(async () => {
  world = await OperatorWorld.start();
});
afterAll(() => world.stop());

/** Runs a scenario as somebody who is allowed what `allows` allows. */
async function play(name: string, allows: (call: GatedCall) => boolean) {
  const scenario = SCENARIOS[name]!;
  await world.reset();
  const argv = await scenario.prepare(world);
  world.watch(allows);
  const result = await world.run([...argv, '--json']);
  return { result, actions: [...new Set(world.calls.map(({ operation }) => actionOf(operation)))] };
}

describe('the table of permissions', () => {
  test('has every command, either with its actions or among those that call nothing of AWS', () => {
    const known = registry.map(({ path }) => path.join(' '));
    expect([...Object.keys(COMMAND_PERMISSIONS), ...NO_PERMISSIONS]).toEqual(expect.arrayContaining(known));
  });

  test('is what the Terraform module gives (UPDATE_DOCS=1 writes it)', () => {
    if (isWriting) writeFileSync(MODULE, `${JSON.stringify(operatorPolicies(), null, 2)}\n`);
    expect(JSON.parse(readFileSync(MODULE, 'utf8'))).toEqual(operatorPolicies());
  });

  test('is in docs/permissions.md (UPDATE_DOCS=1 writes it)', () => {
    const page = permissionsPage(readFileSync(PAGE, 'utf8'));
    if (isWriting) writeFileSync(PAGE, page);
    expect(readFileSync(PAGE, 'utf8')).toBe(page);
  });
});

describe.each(POLICIES)('the policy %s', (policy) => {
  const statements = inSystem(operatorPolicies()[policy], {
    partition: 'aws',
    region: SYSTEM.region,
    account: '123456789012',
    // The longest that the modules take.
    prefix: 'a'.repeat(40),
  });

  test('names single actions only, and all resources only where AWS knows none for the action', () => {
    for (const { Action, Resource } of statements) {
      for (const action of Action) expect(action).toMatch(/^[a-z]+:[A-Z][A-Za-z]+$/);
      if (Resource.includes('*')) expect(WITHOUT_RESOURCES).toEqual(expect.arrayContaining([...Action]));
    }
  });

  test('has room in a managed policy', () => {
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length
    expect(JSON.stringify({ Version: '2012-10-17', Statement: statements }).length).toBeLessThanOrEqual(6_144);
  });
});

const account = '000000000000';

/** Whether the policy allows a call on the sandbox. */
function guard(policy: PolicyName, standard: boolean): (call: GatedCall) => boolean {
  const statements = inSystem(operatorPolicies()[policy], {
    partition: 'aws',
    region: SYSTEM.region,
    account,
    prefix: 'cv-analytics',
  });
  return (call) => {
    const action = actionOf(call.operation);
    // Everybody may ask who he is: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
    if (action === 'sts:GetCallerIdentity') return true;
    const arn = resourceOf(call, SYSTEM.region, account);
    // The policy is about the FIFO queues of the same name.
    return isAllowed(statements, action, standard && action.startsWith('sqs:') ? `${arn}.fifo` : arn);
  };
}

test.each(Object.keys(SCENARIOS))(
  '%s passes with its smallest policy and calls nothing beyond the table',
  async (name) => {
    const { command, policy, refused = [], standard = false, code = 0 } = SCENARIOS[name]!;
    const { policies, needs } = COMMAND_PERMISSIONS[command] ?? { policies: POLICIES, needs: {} };
    const allows = guard(policy ?? policies[0]!, standard);
    const denied = new Set<string>();
    const { result, actions } = await play(name, (call) => {
      if (allows(call)) return true;
      denied.add(actionOf(call.operation));
      return false;
    });
    expect(Object.keys(needs)).toEqual(expect.arrayContaining(actions));
    expect([...denied]).toEqual(refused);
    expect(result.code, result.stderr).toBe(code);
  },
);

test.each(pairs)('$command without $action', async ({ command, action, need }) => {
  for (const name of Object.keys(SCENARIOS).filter((each) => SCENARIOS[each]!.command === command)) {
    const { result, actions } = await play(name, ({ operation }) => actionOf(operation) !== action);
    if (!actions.includes(action)) continue;
    const isNamed = `${result.stdout}${result.stderr}`.includes(action);
    expect(isNamed).toBe(need.silent !== true);
    if (need.without === undefined) expect(DENIED).toContain(result.code);
    else expect(GAP).toContain(result.code);
    return;
  }
  throw new Error('no scenario of this command calls it');
});
