import { ApiError } from './api-error.ts';
import type { Faults } from './faults.ts';
import type { Target } from './router.ts';
import type { Call, Operation } from './service.ts';
import { checkMembers } from './shape.ts';

/** What carrying out a call needs of the simulator. */
export interface CallHost {
  readonly faults: Faults;
  /** Told of each finished call, for CloudTrail and usage counts. */
  finished(target: Target, call: Call, output: unknown, error: ApiError | undefined): void;
}

/** Where a call's end is told, in whatever way the caller was reached: exactly one of the three is called, once. */
export interface Answer {
  succeed(output: unknown): void;
  fail(error: ApiError): void;
  /** The connection breaks: the caller learns nothing. */
  hangUp(): void;
  /** How a delay passes, ms. */
  pause(ms: number): Promise<void>;
}

/**
 * Carries out a call under the fault rules in force. Stays synchronous where the operation does: the hot path of SQS.
 * What is no call at all, for want of an operation or of members that can be read, is told to nobody but the caller.
 */
export function dispatch(host: CallHost, target: Target, call: Call, answer: Answer): void {
  let operation: Operation;
  try {
    operation = operationOf(target);
    const shape = target.service.shapes?.[target.operation] ?? {};
    checkMembers(target.input, shape, target.protocol === 'query' ? 'text' : 'typed');
  } catch (cause) {
    answer.fail(asApiError(cause));
    return;
  }
  if (host.faults.active) void underFaults(host, operation, target, call, answer);
  else run(host, operation, target, call, answer);
}

function operationOf({ service, operation: name, protocol }: Target): Operation {
  // Own members only: an object knows `constructor` and `toString` too.
  const operation = Object.hasOwn(service.operations, name) ? service.operations[name] : undefined;
  if (operation !== undefined) return operation;
  throw new ApiError(
    protocol === 'query' ? 'InvalidAction' : 'UnknownOperationException',
    `The simulator does not know ${service.id}:${name}.`,
  );
}

async function underFaults(
  host: CallHost,
  operation: Operation,
  target: Target,
  call: Call,
  answer: Answer,
): Promise<void> {
  const { delayMs, effect, entries } = host.faults.pick(call);
  if (entries !== undefined) call.entryFault = entries;
  if (delayMs > 0) await answer.pause(delayMs);
  if (effect?.reset === true) {
    answer.hangUp();
  } else if (effect?.error !== undefined) {
    const { code, message, statusCode, queryCode } = effect.error;
    const error = new ApiError(code, message ?? `Injected by ${effect.id}`, {
      status: statusCode ?? 400,
      ...(queryCode === undefined ? {} : { queryCode }),
    });
    host.finished(target, call, undefined, error);
    answer.fail(error);
  } else {
    const lost = effect?.dropResponse === true;
    run(host, operation, target, call, lost ? { ...answer, succeed: answer.hangUp, fail: answer.hangUp } : answer);
  }
}

function run(host: CallHost, operation: Operation, target: Target, call: Call, answer: Answer): void {
  const succeed = (output: unknown) => {
    host.finished(target, call, output, undefined);
    answer.succeed(output);
  };
  const fail = (cause: unknown) => {
    const error = asApiError(cause);
    host.finished(target, call, undefined, error);
    answer.fail(error);
  };
  try {
    const output = operation(target.input, call);
    if (output instanceof Promise) output.then(succeed, fail).catch(fail);
    else succeed(output);
  } catch (cause) {
    fail(cause);
  }
}

export function asApiError(cause: unknown): ApiError {
  if (cause instanceof ApiError) return cause;
  return new ApiError('InternalFailure', `A bug in the simulator: ${String(cause)}`, { status: 500 });
}
