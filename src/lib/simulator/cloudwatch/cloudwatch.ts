import type { MetricSink, Region } from '../kernel/region.ts';
import type { Operation, Service } from '../kernel/service.ts';

export class CloudWatch implements Service {
  readonly id = 'cloudwatch';
  readonly operations: Readonly<Record<string, Operation>> = {};
  readonly sink: MetricSink = { record: () => {} };
  close(): void {}
  constructor(readonly region: Region) {}
}
