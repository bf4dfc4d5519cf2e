import { ApiError } from '../kernel/api-error.ts';

// Lambda spells the message member `Message` in its 404 bodies and `message` elsewhere, and leaves `Type` out where the
// request did not pass the model's constraints.

/** A constraint of the API model was broken; 400. */
export function validation(...problems: readonly string[]): ApiError {
  const count = problems.length === 1 ? '1 validation error detected' : `${problems.length} validation errors detected`;
  return new ApiError('ValidationException', `${count}: ${problems.join('; ')}`);
}

/** The model's words for one broken constraint. */
export function constraint(value: string, member: string, rule: string): string {
  return `Value '${value}' at '${member}' failed to satisfy constraint: ${rule}`;
}

export function invalidParameter(message: string): ApiError {
  return new ApiError('InvalidParameterValueException', message, { fields: { Type: 'User' } });
}

export function notFound(message: string): ApiError {
  return new ApiError('ResourceNotFoundException', message, {
    status: 404,
    fields: { Type: 'User', Message: message },
  });
}

export function conflict(message: string): ApiError {
  return new ApiError('ResourceConflictException', message, { status: 409, fields: { Type: 'User' } });
}

/** The RevisionId given is not the resource's latest; 412. `api` is the call that the text tells to use. */
export function revisionMismatch(api: 'GetFunction/GetAlias' | 'GetPolicy' = 'GetFunction/GetAlias'): ApiError {
  return new ApiError(
    'PreconditionFailedException',
    `The Revision Id provided does not match the latest Revision Id. Call the ${api} API to retrieve the latest Revision Id`,
    { status: 412, fields: { Type: 'User' } },
  );
}

/** https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html */
export function throttled(): ApiError {
  return new ApiError('TooManyRequestsException', 'Rate Exceeded.', {
    status: 429,
    fields: { Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded', Type: 'User' },
  });
}
