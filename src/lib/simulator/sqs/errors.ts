import { ApiError } from '../kernel/api-error.ts';
import type { Call } from '../kernel/service.ts';

const PREFIX = 'AWS.SimpleQueueService.';

/**
 * The errors of SQS. JSON clients get the modelled code, with the code of the query protocol in a header
 * (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-json-faqs.html); texts are AWS's own.
 */
export const sqsErrors = {
  queueDoesNotExist: (protocol?: Call['protocol']) =>
    new ApiError(
      'QueueDoesNotExist',
      protocol === 'query'
        ? 'The specified queue does not exist for this wsdl version.'
        : 'The specified queue does not exist.',
      { queryCode: `${PREFIX}NonExistentQueue` },
    ),
  queueNameExists: (attribute: string) =>
    new ApiError(
      'QueueNameExists',
      `A queue already exists with the same name and a different value for attribute ${attribute}`,
      { queryCode: 'QueueAlreadyExists' },
    ),
  queueDeletedRecently: () =>
    new ApiError(
      'QueueDeletedRecently',
      'You must wait 60 seconds after deleting a queue before you can create another with the same name.',
      { queryCode: `${PREFIX}QueueDeletedRecently` },
    ),
  purgeInProgress: (queue: string) =>
    new ApiError('PurgeQueueInProgress', `Only one PurgeQueue operation on ${queue} is allowed every 60 seconds.`, {
      queryCode: `${PREFIX}PurgeQueueInProgress`,
      status: 403,
    }),
  invalidParameter: (message: string) =>
    new ApiError('InvalidParameterValueException', message, { queryCode: 'InvalidParameterValue' }),
  invalidValue: (value: unknown, parameter: string, reason: string) =>
    sqsErrors.invalidParameter(`Value ${value} for parameter ${parameter} is invalid. Reason: ${reason}`),
  missingParameter: (parameter: string) =>
    new ApiError('MissingRequiredParameterException', `The request must contain the parameter ${parameter}.`, {
      queryCode: 'MissingParameter',
    }),
  unknownAttribute: (name: string) => new ApiError('InvalidAttributeName', `Unknown Attribute ${name}.`),
  invalidAttributeName: (message: string) => new ApiError('InvalidAttributeName', message),
  invalidAttributeValue: (name: string, reason?: string) =>
    new ApiError(
      'InvalidAttributeValue',
      `Invalid value for the parameter ${name}.${reason === undefined ? '' : ` Reason: ${reason}`}`,
    ),
  invalidContents: () =>
    new ApiError(
      'InvalidMessageContents',
      'Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF',
    ),
  invalidHandle: (handle: unknown) =>
    new ApiError('ReceiptHandleIsInvalid', `The input receipt handle "${handle}" is not a valid receipt handle.`, {
      status: 404,
    }),
  expiredHandle: (handle: string) => sqsErrors.invalidValue(handle, 'ReceiptHandle', 'The receipt handle has expired.'),
  notInFlight: (handle: string) =>
    sqsErrors.invalidValue(
      handle,
      'ReceiptHandle',
      'Message does not exist or is not available for visibility timeout change.',
    ),
  overLimit: () => new ApiError('OverLimit', 'The maximum number of in flight messages is reached.', { status: 403 }),
  emptyBatch: (entry: string) =>
    new ApiError('EmptyBatchRequest', `There should be at least one ${entry} in the request.`, {
      queryCode: `${PREFIX}EmptyBatchRequest`,
    }),
  tooManyEntries: (count: number) =>
    new ApiError(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are 10. You have sent ${count}.`,
      { queryCode: `${PREFIX}TooManyEntriesInBatchRequest` },
    ),
  invalidEntryId: () =>
    new ApiError(
      'InvalidBatchEntryId',
      'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
      { queryCode: `${PREFIX}InvalidBatchEntryId` },
    ),
  repeatedEntryId: (id: string) =>
    new ApiError('BatchEntryIdsNotDistinct', `Id ${id} repeated.`, { queryCode: `${PREFIX}BatchEntryIdsNotDistinct` }),
  batchTooLong: (bytes: number, limit: number) =>
    new ApiError(
      'BatchRequestTooLong',
      `Batch requests cannot be longer than ${limit} bytes. You have sent ${bytes} bytes.`,
      { queryCode: `${PREFIX}BatchRequestTooLong` },
    ),
  unsupported: (message: string) =>
    new ApiError('UnsupportedOperation', message, { queryCode: `${PREFIX}UnsupportedOperation` }),
  resourceNotFound: (message: string) => new ApiError('ResourceNotFoundException', message, { status: 404 }),
} as const;
