import { createHash } from 'node:crypto';
import type { MessageAttribute } from '../../aws/ports/queues.ts';

/** Message attributes in JSON: the full type (`Number.int`, `Binary.png`), and the value as text or in base64. */
export type EncodedAttributes = Readonly<
  Record<string, { readonly type: string; readonly string?: string; readonly binary?: string }>
>;

export function encodeAttributes(attributes: Readonly<Record<string, MessageAttribute>>): EncodedAttributes {
  // fromEntries, not assignment: `__proto__` is a name that SQS allows.
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { dataType, stringValue, binaryValue }]) => [
      name,
      {
        type: dataType,
        ...(stringValue === undefined ? {} : { string: stringValue }),
        ...(binaryValue === undefined ? {} : { binary: Buffer.from(binaryValue).toString('base64') }),
      },
    ]),
  );
}

/**
 * The MD5 that SQS answers for these attributes, hex; null without any.
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
