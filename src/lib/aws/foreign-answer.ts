/** What came over the wire, before anything of it is believed. */
export interface RawAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  body?: unknown;
}

/**
 * An answer that no AWS API gives: a web page, a login redirect, half a document, a document that lacks what every
 * answer of this operation has. Thrown inside the SDK, so it looks like the SDK's errors: `$metadata` lets its retry
 * see the status. `classifyAwsError` puts it into words.
 */
export class ForeignAnswer extends Error {
  readonly $metadata: { readonly httpStatusCode: number };
  /** `500 Internal Server Error, text/html: "Oops"`. */
  readonly answered: string;

  constructor(answer: RawAnswer, what: string, cause?: unknown) {
    const answered = `${statusWords(answer)}${what}`;
    super(`answered ${answered}`, { cause });
    this.name = 'ForeignAnswer';
    this.answered = answered;
    this.$metadata = { httpStatusCode: answer.statusCode };
  }
}

/** More than any error document of AWS; a body without end is not read to its end. */
const MOST_BYTES = 262_144;
const MOST_CHARACTERS = 80;

/**
 * Reads the body of an answer that may not be AWS's, leaves it for the deserializer, and throws when it is not.
 * Answers that succeeded cost a look at one header.
 * @param clean takes secrets out of an error's bytes: what answers may quote what it was sent
 * @throws ForeignAnswer
 */
export async function refuseForeign(answer: RawAnswer, clean: (bytes: Buffer) => Buffer): Promise<void> {
  const type = contentType(answer);
  if (answer.statusCode < 300 && type !== 'text/html') return;
  const bytes = clean(await readBody(answer.body));
  answer.body = bytes;
  const text = bytes.toString('utf8');
  const isAws = answer.statusCode < 300 ? !isPage(text) : isAwsError(answer.headers, type, text);
  if (!isAws) throw new ForeignAnswer(answer, redirect(answer) ?? quoted(text));
}

/** An answer that the SDK could not read. */
export function unreadable(answer: RawAnswer, cause: unknown): ForeignAnswer {
  const text = (cause as { $responseBodyText?: unknown }).$responseBodyText;
  const what = (cause as Error).name === 'SyntaxError' ? ', not a whole JSON document' : ', unreadable';
  return new ForeignAnswer(answer, typeof text === 'string' ? quoted(text) : what, cause);
}

/** An answer without a member that the API promises. */
export function incomplete(answer: RawAnswer, member: string): ForeignAnswer {
  return new ForeignAnswer(answer, `, without ${member}`);
}

async function readBody(body: unknown): Promise<Buffer> {
  if (body instanceof Uint8Array) return Buffer.from(body);
  if (typeof body === 'string') return Buffer.from(body);
  if (body === undefined || body === null) return Buffer.alloc(0);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MOST_BYTES) break;
  }
  return Buffer.concat(chunks);
}

/**
 * Errors of AWS's protocols: a request id in the header, a `__type` or `code` in JSON, an `Error` or `Errors` element in
 * XML. https://smithy.io/2.0/aws/protocols/index.html
 */
function isAwsError(headers: RawAnswer['headers'], type: string, text: string): boolean {
  if (Object.keys(headers).some((name) => /^x-amzn?-(request-?id|errortype)$|^smithy-protocol$/i.test(name))) {
    return true;
  }
  if (type === 'application/cbor') return true;
  if (/<(Error|Errors|ErrorResponse)[\s>]/.test(text)) return true;
  try {
    const value: unknown = JSON.parse(text);
    const { __type, code, Code } = (value ?? {}) as Record<string, unknown>;
    return typeof (__type ?? code ?? Code) === 'string';
  } catch {
    return false;
  }
}

function isPage(text: string): boolean {
  return /^\s*(<!doctype html|<html|<head|<body)/i.test(text);
}

function statusWords({ statusCode, headers }: RawAnswer): string {
  const type = contentType({ headers });
  return `${statusCode} ${STATUS[statusCode] ?? ''}`.trimEnd() + (type === '' ? '' : `, ${type}`);
}

function redirect({ statusCode, headers }: RawAnswer): string | undefined {
  const to = headers['location'];
  return statusCode < 400 && to !== undefined ? `, a redirect to ${to}` : undefined;
}

function contentType({ headers }: Pick<RawAnswer, 'headers'>): string {
  return (headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
}

/** The first words, without markup. */
export function quoted(text: string): string {
  const words = text
    .replace(/<(script|style)[\s\S]*?<\/\1>|<!--[\s\S]*?-->|<[^>]*>/gi, ' ')
    // Control characters of a foreign answer do not reach a terminal.
    .replace(/[\s\p{Cc}\ufffd]+/gu, ' ')
    .trim();
  if (words === '') return text.trim() === '' ? ', empty' : '';
  return `: "${words.length > MOST_CHARACTERS ? `${words.slice(0, MOST_CHARACTERS)}…` : words}"`;
}

/** Reason phrases of the statuses that proxies, login pages and other servers send; `node:http` is not loaded for them. */
const STATUS: Readonly<Record<number, string>> = {
  200: 'OK',
  204: 'No Content',
  301: 'Moved Permanently',
  302: 'Found',
  307: 'Temporary Redirect',
  308: 'Permanent Redirect',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  407: 'Proxy Authentication Required',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};
