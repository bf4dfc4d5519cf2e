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
