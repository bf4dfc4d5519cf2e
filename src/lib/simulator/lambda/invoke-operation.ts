import { ApiError } from '../kernel/api-error.ts';
import type { Region } from '../kernel/region.ts';
import { type Call, type Input, type Operation, RawResponse } from '../kernel/service.ts';
import type { AsynchronousInvocations } from './asynchronous-invocations.ts';
import type { Invoker } from './invoker.ts';
import { readReference } from './names.ts';

// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html (1 MB for events since October 2025)
const MAX_PAYLOAD_BYTES = 6 * 1024 * 1024;
const MAX_EVENT_BYTES = 1024 * 1024;
const LOG_TAIL_BYTES = 4096;

/** Invoke: RequestResponse, Event and DryRun (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html). */
export function invokeOperation(region: Region, invoker: Invoker, events: AsynchronousInvocations): Operation {
  return (input: Input, call: Call) => {
    const reference = readReference(region, input.FunctionName, input.Qualifier);
    const type = header(call, 'x-amz-invocation-type') ?? 'RequestResponse';
    if (type !== 'RequestResponse') invoker.check(reference);
    if (type === 'DryRun') return new RawResponse(204, {}, '');
    const payload = readPayload(call, type === 'Event' ? MAX_EVENT_BYTES : MAX_PAYLOAD_BYTES);
    if (type === 'Event') {
      events.enqueue(reference, payload, call.requestId);
      return new RawResponse(202, {}, '');
    }
    const clientContext = readClientContext(header(call, 'x-amz-client-context'));
    return invoker.invoke(reference, { requestId: call.requestId, payload, clientContext }).then((outcome) => {
      const headers: Record<string, string> = {
        'content-type': 'application/json',
        'x-amz-executed-version': outcome.executedVersion,
      };
      if (outcome.failed) headers['x-amz-function-error'] = 'Unhandled';
      if (header(call, 'x-amz-log-type') === 'Tail') {
        const text = outcome.lines.map((line) => `${line.message}\n`).join('');
        headers['x-amz-log-result'] = Buffer.from(text).subarray(-LOG_TAIL_BYTES).toString('base64');
      }
      return new RawResponse(200, headers, outcome.body);
    });
  };
}

function header(call: Call, name: string): string | undefined {
  const value = call.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function readPayload(call: Call, limit: number): string {
  if (call.body.length > limit) {
    throw new ApiError(
      'RequestTooLargeException',
      `Request must be smaller than ${limit} bytes for the ${limit === MAX_EVENT_BYTES ? 'InvokeAsync' : 'InvokeFunction'} operation`,
      { status: 413, fields: { Type: 'User' } },
    );
  }
  if (call.body.length === 0) return '{}';
  const text = call.body.toString('utf8');
  try {
    JSON.parse(text);
  } catch (cause) {
    throw new ApiError(
      'InvalidRequestContentException',
      `Could not parse request body into json: Could not parse payload into json: ${(cause as Error).message}`,
      { fields: { Type: 'User' } },
    );
  }
  return text;
}

function readClientContext(base64: string | undefined): unknown {
  if (base64 === undefined) return undefined;
  try {
    return JSON.parse(Buffer.from(base64, 'base64').toString('utf8'));
  } catch {
    throw new ApiError('InvalidRequestContentException', 'Client context must be a valid Base64-encoded JSON object.', {
      fields: { Type: 'User' },
    });
  }
}
