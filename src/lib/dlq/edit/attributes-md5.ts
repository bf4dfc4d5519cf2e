import { createHash } from 'node:crypto';
import type { MessageAttribute } from '../../aws/ports/queues.ts';

const TEXT = Buffer.from([1]);
const BYTES = Buffer.from([2]);

/**
 * The MD5 that SQS answers for these attributes, hex; null without any. It proves that a copy whose attributes were edited
 * arrived with those.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation
 */
export function md5OfAttributes(attributes: Readonly<Record<string, MessageAttribute>>): string | null {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return null;
  const hash = createHash('md5');
  const add = (bytes: Uint8Array) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.byteLength);
    hash.update(length).update(bytes);
  };
  for (const name of names) {
    const { dataType, stringValue, binaryValue } = attributes[name]!;
    add(Buffer.from(name));
    add(Buffer.from(dataType));
    hash.update(binaryValue === undefined ? TEXT : BYTES);
    add(binaryValue ?? Buffer.from(stringValue ?? ''));
  }
  return hash.digest('hex');
}
