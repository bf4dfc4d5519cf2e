import { ApiError } from '../kernel/api-error.ts';
import type { Call } from '../kernel/service.ts';

// Codes and states as AWS answers them: the shape's name in JSON and CBOR, the shorter query code in XML and in
// `x-amzn-query-error`. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CommonErrors.html

export function invalidValue(message: string): ApiError {
  return new ApiError('InvalidParameterValueException', message, { queryCode: 'InvalidParameterValue' });
}

export function invalidCombination(message: string): ApiError {
  return new ApiError('InvalidParameterCombinationException', message, { queryCode: 'InvalidParameterCombination' });
}

export function missingParameter(name: string): ApiError {
  return new ApiError('MissingRequiredParameterException', `The parameter ${name} is required.`, {
    queryCode: 'MissingParameter',
  });
}

/** Constraint violations come from the framework in front of the service, with a namespace of their own. */
export function validation(detail: string): ApiError {
  return new ApiError('ValidationException', `1 validation error detected: ${detail}`, {
    queryCode: 'ValidationError',
    fields: { __type: 'com.amazon.coral.validate#ValidationException' },
  });
}

export function notInEnum(value: unknown, member: string, allowed: readonly string[]): ApiError {
  return validation(
    `Value '${String(value)}' at '${member}' failed to satisfy constraint: Member must satisfy enum value set: [${allowed.join(', ')}]`,
  );
}

/**
 * 404 has no message at all; JSON and CBOR show the status only to clients in query mode, 400 to the others (recorded).
 */
export function resourceNotFound(call: Call): ApiError {
  const asQuery = call.protocol === 'query' || call.headers['x-amzn-query-mode'] === 'true';
  return new ApiError('ResourceNotFound', '', { status: asQuery ? 404 : 400, fields: { message: undefined } });
}

/** Unlike `ResourceNotFound`, this one carries a text. */
export function dashboardNotFound(name: string): ApiError {
  return new ApiError('DashboardNotFoundError', `Dashboard ${name} does not exist`, {
    status: 404,
    queryCode: 'ResourceNotFound',
  });
}
