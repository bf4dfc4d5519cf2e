/**
 * A FIFO sequence number as AWS writes them: 20 digits, rising but not consecutive
 * (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-key-terms.html).
 */
export function sequenceNumber(order: number): string {
  return `188${String(order * 256).padStart(17, '0')}`;
}
