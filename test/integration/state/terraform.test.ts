import { EventEmitter, once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { absent } from '../../conformance/absent.ts';
import { ana, bob, type HcpServer, startHcpServer } from '../../support/hcp-server/hcp-server.ts';
import { currentState, type HcpPerson } from '../../support/hcp-server/world.ts';
import { type CliResult, jsonOf, runCli } from '../../support/run-cli.ts';
import { applyFlags, hasTerraform, TerraformClient } from './terraform-client.ts';

const WORKSPACE = 'cv-analytics-worker';
const TITLE = '`terraform` itself as a client of the HCP Terraform of the tests';

if (await hasTerraform()) describe(TITLE, withTerraform);
else absent(TITLE, 'terraform is not on PATH: no independent client for the server that `cvops state` is tested with');

function withTerraform(): void {
  let server: HcpServer;
  const machines: TerraformClient[] = [];

  beforeEach(async () => {
    server = await startHcpServer();
  });

  afterEach(async () => {
    for (const machine of machines.splice(0)) machine.remove();
    await server.close();
    // Every request of terraform and every answer to it is as HashiCorp's document says.
    expect(server.violations).toEqual([]);
  });

  async function machineOf(person: HcpPerson): Promise<TerraformClient> {
    const machine = new TerraformClient(server, person, WORKSPACE);
    machines.push(machine);
    const { code, all } = await machine.run('init', '-input=false');
    expect(code, all).toBe(0);
    return machine;
  }

  const worker = () => server.world.workspace(WORKSPACE);
  const state = (...flags: string[]): Promise<CliResult> =>
    runCli(['state', ...flags, '--json'], { env: server.env(ana) });
  const shown = async () => jsonOf(await state('show', 'worker')).data.workspaces[0];

  /** The state on the server is whole: what terraform reads, with all that was applied in it. */
  async function expectWholeState(machine: TerraformClient, release: string, serial?: number): Promise<void> {
    const pulled = await machine.run('state', 'pull');
    expect(pulled.code, pulled.all).toBe(0);
    const content = JSON.parse(pulled.all);
    expect(content).toEqual(JSON.parse(currentState(worker())!.content!.toString('utf8')));
    expect(content.serial).toBe(serial ?? currentState(worker())!.serial);
    expect(content.outputs.release.value).toBe(release);
    expect(content.resources.map(({ name }: { name: string }) => name).sort()).toEqual(['queue', 'release']);
    const plan = await machine.run('plan', '-input=false', '-detailed-exitcode', `-var=release=${release}`);
    expect(plan.code, plan.all).toBe(0);
  }

  /** An apply that has made its changes and stands before it writes its state. */
  function heldApply(machine: TerraformClient, release: string) {
    const gate = new EventEmitter();
    const reached = once(gate, 'reached');
    server.fail({
      on: /POST .*state-versions/,
      waitsFor: once(gate, 'open'),
      onStrike: () => gate.emit('reached'),
    });
    const apply = machine.start('apply', ...applyFlags(release));
    return { apply, reached, goOn: () => gate.emit('open') };
  }

  test('init makes the workspace; plan, apply, output and a second apply find their state there', async () => {
    const machine = await machineOf(ana);
    expect((await machine.run('plan', '-input=false', '-var=release=1')).code).toBe(0);
    expect(worker().states).toEqual([]);
    const applied = await machine.apply('1');
    expect(applied.code, applied.all).toBe(0);
    await expectWholeState(machine, '1', 1);
    expect(JSON.parse((await machine.run('output', '-json')).all).release.value).toBe('1');
    expect((await machine.apply('2')).code).toBe(0);
    await expectWholeState(machine, '2', 2);
    expect(worker().lock).toBeNull();
    const { resources, states, lock } = await shown();
    expect([resources, lock]).toEqual([2, null]);
    expect(states).toMatchObject([
      { serial: 2, by: 'ana', terraformVersion: expect.stringMatching(/^1\./), status: 'finalized' },
      { serial: 1, by: 'ana' },
    ]);
  });

  test('two applies at once: one holds the lock, the other is refused, and succeeds on retry; the state is whole', async () => {
    const [first, second] = [await machineOf(ana), await machineOf(bob)];
    const { apply, reached, goOn } = heldApply(first, '1');
    await reached;

    const refused = await second.apply('2');
    expect(refused.code).toBe(1);
    expect(refused.all).toContain('Error acquiring the state lock');
    expect(refused.all.replace(/\s+/g, ' ')).toContain(
      `workspace already locked (lock ID: "cv-analytics-org/${WORKSPACE}")`,
    );
    // terraform's own Lock Info is about who was refused; who holds the lock is told by cvops.
    expect((await shown()).lock).toMatchObject({ kind: 'user', name: 'ana', reason: 'Locked by Terraform' });
    const alsoRefused = await runCli(['state', 'lock', 'worker', '--yes'], { env: server.env(bob) });
    expect(alsoRefused.code).toBe(1);
    expect(alsoRefused.stderr).toContain('is locked by ana: "Locked by Terraform"');
    const notEvenAna = await state('unlock', 'worker', '--yes');
    expect(jsonOf(notEvenAna).error).toMatchObject({ code: 'WorkspaceLocked' });

    goOn();
    const done = await apply;
    expect(done.exitCode, done.all).toBe(0);
    await expectWholeState(first, '1', 1);
    const retried = await second.apply('2');
    expect(retried.code, retried.all).toBe(0);
    await expectWholeState(second, '2', 2);
    expect(worker().states.map(({ serial, createdBy }) => [serial, createdBy])).toEqual([
      [1, ana.id],
      [2, bob.id],
    ]);
    expect(new Set(worker().states.map(({ lineage }) => lineage)).size).toBe(1);
  });

  test('an apply that may wait for the lock gets it when the other has ended', async () => {
    const [first, second] = [await machineOf(ana), await machineOf(bob)];
    const { apply, reached, goOn } = heldApply(first, '1');
    await reached;
    const tries = new EventEmitter();
    const wasRefused = once(tries, 'lock');
    server.fail({ on: /POST .*actions\/lock/, onStrike: () => tries.emit('lock') });
    const waiting = second.apply('2', '-lock-timeout=50s');
    await wasRefused;
    goOn();
    expect((await apply).exitCode).toBe(0);
    const waited = await waiting;
    expect(waited.code, waited.all).toBe(0);
    await expectWholeState(second, '2', 2);
  });

  test.each(['cvops', 'terraform'])('a lock that a killed apply left behind is taken away with %s', async (tool) => {
    const [first, second] = [await machineOf(ana), await machineOf(bob)];
    expect((await first.apply('1')).code).toBe(0);
    const { apply, reached, goOn } = heldApply(first, '2');
    await reached;
    apply.kill('SIGKILL');
    await apply;
    expect((await second.apply('3')).code).toBe(1);

    if (tool === 'cvops') {
      const taken = await state('unlock', 'worker', '--force', '--confirm', WORKSPACE, '--yes');
      expect(taken.code, taken.stderr).toBe(0);
    } else {
      const taken = await first.run('force-unlock', '-force', `cv-analytics-org/${WORKSPACE}`);
      expect(taken.code, taken.all).toBe(0);
    }
    expect(worker().lock).toBeNull();
    goOn();
    const retried = await second.apply('3');
    expect(retried.code, retried.all).toBe(0);
    await expectWholeState(second, '3', 2);
  });

  test('429 does not end an apply', async () => {
    const machine = await machineOf(ana);
    const reply = { status: 429, headers: { 'x-ratelimit-reset': '0.1' }, body: { errors: [{ title: 'slow down' }] } };
    server.fail({ on: /POST .*actions\/lock/, reply });
    server.fail({ on: /POST .*state-versions/, times: 2, reply });
    const applied = await machine.apply('1');
    expect(applied.code, applied.all).toBe(0);
    await expectWholeState(machine, '1', 1);
  });

  test('an apply whose state could not be stored keeps the lock; unlocked by hand, its state is pushed and whole', async () => {
    const machine = await machineOf(ana);
    expect((await machine.apply('1')).code).toBe(0);
    server.fail({ on: /POST .*state-versions/, reply: { status: 422, body: { errors: [{ title: 'no' }] } } });
    const failed = await machine.apply('2');
    expect(failed.code).toBe(1);
    expect(failed.all).toContain('errored.tfstate');
    // terraform keeps the lock on purpose, so that nobody applies on the state that lacks what was just made.
    expect((await machine.run('state', 'push', 'errored.tfstate')).all).toContain('workspace already locked');
    expect((await state('unlock', 'worker', '--yes')).code).toBe(1);
    expect((await shown()).states).toMatchObject([{ serial: 1 }]);
    const taken = await state('unlock', 'worker', '--force', '--confirm', WORKSPACE, '--yes');
    expect(taken.code, taken.stderr).toBe(0);
    const pushed = await machine.run('state', 'push', 'errored.tfstate');
    expect(pushed.code, pushed.all).toBe(0);
    await expectWholeState(machine, '2');
  });

  test('-lock=false does not get a state past the lock of somebody else', async () => {
    const [first, second] = [await machineOf(ana), await machineOf(bob)];
    expect((await first.apply('1')).code).toBe(0);
    expect((await state('lock', 'worker', '--yes')).code).toBe(0);
    const pushed = await second.apply('2', '-lock=false');
    expect(pushed.code, pushed.all).toBe(1);
    expect(pushed.all).toContain('must be locked by you');
    expect((await state('unlock', 'worker', '--yes')).code).toBe(0);
    await expectWholeState(first, '1', 1);
  });

  test('a lock of `cvops state lock` holds terraform off, until it is given back', async () => {
    const machine = await machineOf(bob);
    expect((await state('lock', 'worker', '--reason', 'queue surgery', '--yes')).code).toBe(0);
    const refused = await machine.apply('1');
    expect(refused.code).toBe(1);
    expect(refused.all).toContain('workspace already locked');
    expect(worker().states).toEqual([]);
    expect((await state('unlock', 'worker', '--yes')).code).toBe(0);
    expect((await machine.apply('1')).code).toBe(0);
  });

  test('a token that may not see the workspace, and an organisation that is not there, end terraform, too', async () => {
    server.world.addWorkspace(WORKSPACE);
    const outsider = { ...bob, id: 'user-out', token: 'canary-outsider', sees: [] };
    server.world.people.push(outsider);
    const machine = new TerraformClient(server, outsider, WORKSPACE);
    machines.push(machine);
    expect((await machine.run('init', '-input=false')).code).toBe(1);
    server.world.organizations.splice(0, 1, 'another');
    const lost = await machine.run('init', '-input=false');
    expect(lost.code).toBe(1);
    expect(lost.all).not.toContain('canary');
  });
}
