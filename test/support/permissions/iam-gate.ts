import { ApiError } from '../../../src/lib/simulator/kernel/api-error.ts';
import type { Call, Input } from '../../../src/lib/simulator/kernel/service.ts';
import type { Simulator } from '../../../src/lib/simulator/simulator.ts';

/** One call of an operator: `service:Operation`, as the service knows it, and its members. */
export interface GatedCall {
  readonly operation: string;
  readonly input: Input;
}

/**
 * Asks `allows` before each call that comes in with this access key, and refuses as AWS does; calls of others (the
 * functions of the system, the test itself) pass. Set again after each reset of the simulator.
 */
export function gateCalls(simulator: Simulator, accessKeyId: string, allows: (call: GatedCall) => boolean): void {
  for (const service of simulator.region().services) {
    const operations = service.operations as Record<string, (input: Input, call: Call) => unknown>;
    for (const [name, run] of Object.entries(operations)) {
      operations[name] = (input, call) => {
        if (call.accessKeyId === accessKeyId && !allows({ operation: `${service.id}:${name}`, input })) {
          throw new ApiError('AccessDeniedException', `not authorized to perform: ${service.id}:${name}`, {
            status: 403,
          });
        }
        return run.call(service, input, call);
      };
    }
  }
}
