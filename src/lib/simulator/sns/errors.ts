import { ApiError } from '../kernel/api-error.ts';

// https://docs.aws.amazon.com/sns/latest/api/CommonErrors.html

export function invalidParameter(detail: string): ApiError {
  return new ApiError('InvalidParameter', `Invalid parameter: ${detail}`);
}

export function notFound(what: 'Topic' | 'Subscription' | 'Resource'): ApiError {
  return new ApiError('NotFound', `${what} does not exist`, { status: 404 });
}

export function required(member: string): ApiError {
  return new ApiError(
    'ValidationError',
    `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`,
  );
}

export function invalidValue(message: string): ApiError {
  return new ApiError('ParameterValueInvalid', message);
}
