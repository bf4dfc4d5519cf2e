import { ApiError } from '../kernel/api-error.ts';

/** The error for every malformed request (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html). */
export function validation(message: string): ApiError {
  return new ApiError('ValidationException', message);
}

/** A constraint of the model itself, in the words that AWS's front end uses for it. */
export function constraint(value: unknown, member: string, rule: string): ApiError {
  const shown = value === undefined || value === null ? 'null' : `'${String(value)}'`;
  return validation(`1 validation error detected: Value ${shown} at '${member}' failed to satisfy constraint: ${rule}`);
}

/** For calls on items: the table is unknown, or not yet ACTIVE. */
export function tableNotFound(): ApiError {
  return new ApiError('ResourceNotFoundException', 'Requested resource not found');
}

/** For calls on tables. */
export function namedTableNotFound(name: string): ApiError {
  return new ApiError('ResourceNotFoundException', `Requested resource not found: Table: ${name} not found`);
}

export function conditionFailed(item: unknown): ApiError {
  return new ApiError('ConditionalCheckFailedException', 'The conditional request failed', {
    fields: item === undefined ? {} : { Item: item },
  });
}
