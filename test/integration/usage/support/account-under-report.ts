import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { expect } from 'vitest';
import type { ServiceConfig } from '../../../../src/lib/config/config.ts';
import type { Billing } from '../../../../src/lib/simulator/billing/billing.ts';
import type { PlantedPoint } from '../../../../src/lib/simulator/cloudwatch/planted-metric.ts';
import { SimulatedClock } from '../../../../src/lib/simulator/kernel/clock.ts';
import type { Input, Output } from '../../../../src/lib/simulator/kernel/service.ts';
import type { LambdaOptions } from '../../../../src/lib/simulator/lambda/lambda.ts';
import { Simulator } from '../../../../src/lib/simulator/simulator.ts';
import type { Reconciliation } from '../../../../src/lib/usage/reconcile/reconciliation.ts';
import type { UsageReport, UsageRow } from '../../../../src/lib/usage/usage-row.ts';
import { endpointEnv } from '../../../support/endpoint-env.ts';
import { jsonOf, makeHome, removeHome, runCli } from '../../../support/run-cli.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

interface ReportData extends UsageReport {
  readonly reconciliation: Reconciliation | null;
}

export type BilledQuantity = Parameters<Billing['total']>[0];

/** Everything that a report may ask; whatever else it calls may cost. */
const FREE_CALLS: ReadonlySet<string> = new Set([
  'cloudwatch:GetMetricStatistics',
  'cloudwatch:ListMetrics',
  'cloudwatch:DescribeAlarms',
  'cloudwatch:ListDashboards',
  'lambda:ListVersionsByFunction',
  'lambda:ListEventSourceMappings',
  'dynamodb:DescribeTable',
  'logs:DescribeLogGroups',
  'logs:FilterLogEvents',
  'freetier:GetFreeTierUsage',
  'freetier:GetAccountPlanState',
]);

/** An account on a frozen clock, and `cvops usage report` on it. */
export class AccountUnderReport {
  readonly simulator: Simulator;
  readonly clock: SimulatedClock;
  readonly #home = makeHome();

  /** @param simulator on a frozen clock; closed by `stop`. */
  constructor(simulator: Simulator) {
    this.simulator = simulator;
    this.clock = simulator.clock;
  }

  /** @param start simulated ms. */
  static async start(start: number, lambda: LambdaOptions = {}): Promise<AccountUnderReport> {
    return new AccountUnderReport(await Simulator.start({ clock: new SimulatedClock({ start, rate: 0 }), lambda }));
  }

  async stop(): Promise<void> {
    await this.simulator.close();
    removeHome(this.#home);
  }

  configure(services: Readonly<Record<string, ServiceConfig>>): void {
    writeFileSync(join(this.#home, 'cvops.config.json'), JSON.stringify({ services }));
  }

  call(service: string, operation: string, input: Input = {}): Promise<Output> {
    return this.simulator.call(service, operation, input);
  }

  async moveTo(at: number): Promise<void> {
    await this.clock.advance(at - this.clock.now());
  }

  /** A function of that memory, with its version 1 under the alias `live`. */
  async createFunction(
    FunctionName: string,
    MemorySize: number,
    source = 'export const handler = async () => null;',
  ): Promise<void> {
    const code = zipSync({ 'index.mjs': strToU8(source) });
    await this.call('lambda', 'CreateFunction', {
      FunctionName,
      Role: 'arn:aws:iam::000000000000:role/r',
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      MemorySize,
      Code: { ZipFile: Buffer.from(code).toString('base64') },
    });
    await this.clock.advance(1000);
    await this.call('lambda', 'PublishVersion', { FunctionName });
    await this.clock.advance(1000);
    await this.call('lambda', 'CreateAlias', { FunctionName, Name: 'live', FunctionVersion: '1' });
  }

  /** A queue, and a mapping to the function that does not poll: what it polled is planted. */
  async createQueue(QueueName: string, functionName?: string): Promise<void> {
    await this.call('sqs', 'CreateQueue', {
      QueueName,
      ...(QueueName.endsWith('.fifo') ? { Attributes: { FifoQueue: 'true' } } : {}),
    });
    if (functionName === undefined) return;
    await this.call('lambda', 'CreateEventSourceMapping', {
      EventSourceArn: `arn:aws:sqs:us-east-1:000000000000:${QueueName}`,
      FunctionName: `${functionName}:live`,
      Enabled: false,
    });
  }

  plant(
    namespace: string,
    metric: string,
    dimensions: Readonly<Record<string, string>>,
    points: readonly PlantedPoint[],
    unit = 'Count',
  ): void {
    this.simulator.region().cloudwatch.plant([{ namespace, metric, dimensions, points, unit }]);
  }

  /**
   * Runs `usage report` and proves that it cost nothing: by its own count, and by the simulator's.
   * @param flags `--month` and others.
   */
  async report(...flags: readonly string[]): Promise<ReportData> {
    const before = this.#callsMade();
    const result = await runCli(['usage', 'report', '--json', ...flags], {
      home: this.#home,
      cwd: this.#home,
      env: endpointEnv(this.simulator.endpoint),
      clock: { now: () => this.clock.now(), sleep: async () => {} },
    });
    expect(result.stderr).toBe('');
    expect(result.code).toBe(0);
    const report = jsonOf(result).data as ReportData;
    const made = new Map([...this.#callsMade()].map(([name, calls]) => [name, calls - (before.get(name) ?? 0)]));
    const used = [...made].filter(([, calls]) => calls > 0);
    expect(used.map(([name]) => name).filter((name) => !FREE_CALLS.has(name))).toEqual([]);
    // The report counts attempts, the bill what was answered: a table that is not there is asked for in vain, and again
    // where the SDK takes the simulated time for a wrong clock.
    for (const [name, calls] of used) expect(report.self.calls[name]).toBeGreaterThanOrEqual(calls);
    expect(Object.keys(report.self.calls).filter((name) => !FREE_CALLS.has(name))).toEqual([]);
    expect(report.self).toMatchObject({ paidCalls: 0, costUsd: 0 });
    return report;
  }

  /** What the bill says of `[from, until)`, at full hours. */
  billed(quantity: BilledQuantity, from: number, until: number, resource?: string): number {
    return this.simulator.region().billing.total(quantity, from, until, resource);
  }

  #callsMade(): ReadonlyMap<string, number> {
    const { billing } = this.simulator.region();
    const total = (call: string) => billing.total('api-calls', 0, Number.POSITIVE_INFINITY, call);
    return new Map(billing.resources('api-calls').map((call) => [call, total(call)]));
  }
}

export function rowOf({ rows }: UsageReport, id: string): UsageRow {
  const row = rows.find((each) => each.id === id);
  if (row === undefined) throw new Error(`no row ${id} among ${rows.map((each) => each.id).join(', ')}`);
  return row;
}

/** That a row is within 1 % of the truth, or has it inside its bounds. */
export function expectTruth(report: UsageReport, id: string, truth: number): void {
  const { used, range } = rowOf(report, id);
  const near = used !== null && Math.abs(used - truth) <= 0.01 * truth;
  const inside = range !== null && range.low <= truth * (1 + 1e-9) && truth <= range.high * (1 + 1e-9);
  expect({ id, truth, used, range, right: near || inside }).toMatchObject({ right: true });
}
