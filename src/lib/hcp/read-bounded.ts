/** More than any answer of the API; an answer without end is not read to its end. */
const MOST_BYTES = 16 * 1_048_576;

/** The body as text. @throws when it is longer than 16 MiB. */
export async function readBounded(response: Response): Promise<string> {
  if (response.body === null) return '';
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body) {
    length += chunk.length;
    if (length > MOST_BYTES) throw new Error('the answer has no end');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
