import { randomUUID } from 'node:crypto';
import type { ApiError } from '../simulator/kernel/api-error.ts';
import type { Call, Input } from '../simulator/kernel/service.ts';
import type { Simulator } from '../simulator/simulator.ts';

/** Calls operations of the simulator's services by name, without HTTP between; CloudTrail hears of them all the same. */
export type Operate = (service: string, operation: string, input: Input) => Promise<Input>;

/** @param userAgent who CloudTrail says it was. */
export function operator(simulator: Simulator, regionName: string, userAgent: string): Operate {
  const region = simulator.region(regionName);
  return async (serviceId, operation, input) => {
    const service = region.services.find(({ id }) => id === serviceId);
    const run = service?.operations[operation];
    if (service === undefined || run === undefined) throw new Error(`No ${serviceId}:${operation} in the simulator.`);
    const call: Call = {
      region: regionName,
      accountId: simulator.accountId,
      accessKeyId: 'sandbox',
      requestId: randomUUID(),
      userAgent,
      service: serviceId,
      operation,
      protocol: 'json',
      headers: {},
      body: Buffer.from(JSON.stringify(input)),
      signal: new AbortController().signal,
    };
    const target = { service, operation, protocol: call.protocol, input, status: 200 };
    try {
      const output = await run(input, call);
      simulator.finished(target, call, output, undefined);
      return output;
    } catch (cause) {
      simulator.finished(target, call, undefined, cause as ApiError);
      throw cause;
    }
  };
}
