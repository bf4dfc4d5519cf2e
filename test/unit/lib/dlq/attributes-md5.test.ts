import { describe, expect, test } from 'vitest';
import { md5OfAttributes } from '../../../../src/lib/dlq/attributes-md5.ts';
import { md5OfAttributes as simulated } from '../../../../src/lib/simulator/sqs/message-attributes.ts';

const text = (stringValue: string, dataType = 'String') => ({ dataType, stringValue });

describe('the MD5 of message attributes', () => {
  // What AWS itself answered.
  test.each([
    [{ MyAttribute: text('foobar') }, 'adb59cd4678ea5a855436b949cd07ab6'],
    [{ Foo: text('Bar') }, 'ae7155c6026991b6d54b11589678bf9c'],
    [{ Hello: text('There'), 'Help.Me': text('Me'), General: text('Kenobi') }, '4c360f3fdafd970e05fae2f149d997f5'],
  ])('of %j is the one that AWS answers', (attributes, expected) => {
    expect(md5OfAttributes(attributes)).toBe(expected);
  });

  test('of numbers and bytes is the one that the simulator answers', () => {
    const bytes = Buffer.from([0, 1, 255]);
    const attributes = { n: text('7', 'Number.int'), b: { dataType: 'Binary.gzip', binaryValue: bytes } };
    expect(md5OfAttributes(attributes)).toBe(
      simulated({
        n: { DataType: 'Number.int', StringValue: '7' },
        b: { DataType: 'Binary.gzip', BinaryValue: bytes.toString('base64') },
      }),
    );
  });

  test('of none is none', () => {
    expect(md5OfAttributes({})).toBeNull();
  });
});
