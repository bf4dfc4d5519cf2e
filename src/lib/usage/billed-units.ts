/** AWS's GB is 2³⁰ bytes. */
export const GB = 2 ** 30;

/** Each begun 64 KiB of a payload is a request. https://aws.amazon.com/sqs/pricing/ */
export const SQS_CHUNK_BYTES = 65_536;

/**
 * DynamoDB bills so much beside each item, and each entry of an index.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export const ITEM_OVERHEAD_BYTES = 100;
