import { createHash } from 'node:crypto';
import type { MessageAttribute } from '../aws/ports/queues.ts';

/**
 * The MD5 that SQS answers for these attributes, hex; null without any. It proves that attributes arrived as they were sent.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation
 */
export function md5OfAttributes(attributes: Readonly<Record<string, MessageAttribute>>): string | null {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return null;
  const md5 = createHash('md5');
  const field = (value: string | Uint8Array) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(typeof value === 'string' ? Buffer.byteLength(value) : value.byteLength);
    md5.update(length).update(value);
  };
  for (const name of names) {
    const { dataType, stringValue, binaryValue } = attributes[name]!;
    field(name);
    field(dataType);
    md5.update(Uint8Array.of(binaryValue === undefined ? 1 : 2));
    field(binaryValue ?? stringValue ?? '');
  }
  return md5.digest('hex');
}
