/** Parts that many of AWS's answers share. */

export const OK = { HTTPStatusCode: 200 };
export const EMPTY = { ResponseMetadata: OK };

/** An error whose code differs between the protocols: the old code, the modelled one, the text, the status. */
export function failure(code: string, queryErrorCode: string, message: string, status = 400) {
  return {
    Error: { Code: code, Message: message, QueryErrorCode: queryErrorCode, Type: 'Sender' },
    ResponseMetadata: { HTTPStatusCode: status },
  };
}

export function invalidParameter(message: string) {
  return failure('InvalidParameterValue', 'InvalidParameterValueException', message);
}

/** One message of a receive without attributes. */
export function received(body: unknown, md5: string, n: number, handle = n) {
  return { Body: body, MD5OfBody: md5, MessageId: `<uuid:${n}>`, ReceiptHandle: `<receipt-handle:${handle}>` };
}

/** A receive that answers these. */
export function messages(...list: unknown[]) {
  return { Messages: list, ResponseMetadata: OK };
}

/** All attributes of an empty queue, with these changed or added. */
export function queueAttributes(changed: Readonly<Record<string, string>> = {}) {
  return {
    Attributes: {
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesDelayed: '0',
      ApproximateNumberOfMessagesNotVisible: '0',
      CreatedTimestamp: 'timestamp',
      DelaySeconds: '0',
      LastModifiedTimestamp: 'timestamp',
      MaximumMessageSize: '1048576',
      MessageRetentionPeriod: '345600',
      QueueArn: 'arn:<partition>:sqs:<region>:111111111111:<resource:1>',
      ReceiveMessageWaitTimeSeconds: '0',
      SqsManagedSseEnabled: 'true',
      VisibilityTimeout: '30',
      ...changed,
    },
    ResponseMetadata: OK,
  };
}
