import type { Region } from '../kernel/region.ts';
import type { Operation, Service } from '../kernel/service.ts';

export class Sts implements Service {
  readonly id = 'sts';
  readonly operations: Readonly<Record<string, Operation>> = {};

  constructor(readonly region: Region) {}
}
