import { once } from 'node:events';

/**
 * All bytes of a stream, or undefined when they are more than `most`: what has no end is not read to its end.
 * @param most bytes
 * @param signal ends it, with its reason, also where the stream stays open: a pipe that nobody writes to
 */
export async function readBounded(
  stream: AsyncIterable<Uint8Array>,
  most: number,
  signal?: AbortSignal,
): Promise<Buffer | undefined> {
  if (signal === undefined) return readUpTo(stream, most);
  signal.throwIfAborted();
  const interrupted = once(signal, 'abort').then(() => signal.throwIfAborted());
  return (await Promise.race([readUpTo(stream, most), interrupted])) ?? undefined;
}

async function readUpTo(stream: AsyncIterable<Uint8Array>, most: number): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.length;
    if (length > most) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
