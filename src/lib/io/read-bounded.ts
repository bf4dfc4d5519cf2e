/**
 * All bytes of a stream, or undefined when they are more than `most`: what has no end is not read to its end.
 * @param most bytes
 */
export async function readBounded(stream: AsyncIterable<Uint8Array>, most: number): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.length;
    if (length > most) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
