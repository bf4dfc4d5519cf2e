type Environment = Readonly<Record<string, string | undefined>>;

/** What a secret is replaced with. */
const MASK = '•••';

/** A shorter value (`test`, `localstack`) is no secret, and would be taken out of ordinary words. */
const LEAST_CHARACTERS = 12;

/** Names of variables that hold secrets, by the words in them. */
const SECRET_NAME = /SECRET|TOKEN|PASSWORD|PASSWD|API_?KEY|PRIVATE_?KEY|AUTHORIZATION/i;
/** Variables that only say where a secret is, or whose it is. */
const NO_SECRET = /_(FILE|PATH|URL|URI|ARN|ID|NAME|TYPE|HOST)$/i;

/** Whether an environment variable of this name holds a secret. */
export function holdsSecret(name: string): boolean {
  return SECRET_NAME.test(name) && !NO_SECRET.test(name);
}

/** What is a secret by its shape, whosever it is; the first group stays. */
const SHAPES: readonly RegExp[] = [
  // User and password of a URL. https://www.rfc-editor.org/rfc/rfc3986#section-3.2.1
  /(\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/?#@"'<>\\]+(?=@)/gi,
  // Presigned URLs and signed requests. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html
  /(\bX-Amz-(?:Signature|Security-Token)(?:=|%3D|["']?\s*:\s*["']?))[^&\s"'<>\\,]+/gi,
  /(\bSignature=)[0-9a-f]{32,}/gi,
  /(\bAuthorization\W{1,6}(?:Bearer|Basic|Token)\s+)[\w.~+/=-]+/gi,
  /(\bBearer\s+)[\w.~+/=-]{20,}/g,
  // As files, environments and AWS's own answers name them, e.g. in what a failing function tells of its environment.
  /(\b(?:aws_?)?(?:secret_?access_?key|session_?token)\b\W{1,6})[\w/+=-]{16,}/gi,
];

/**
 * Takes secrets out of what is written: those that this process was given (environment, profile, standard input), once
 * it knows them, and what is one by its shape. The bodies of messages in files are not its matter: docs/credentials.md.
 */
export class Redactor {
  /** The longest first: one may be the beginning of another. */
  #known: readonly string[] = [];

  constructor(env: Environment) {
    for (const [name, value] of Object.entries(env)) {
      if (holdsSecret(name)) this.learn(value);
    }
  }

  /** From now on this is a secret, also where it is quoted in JSON or in a URL. */
  learn(secret: string | undefined): void {
    const bare = secret?.trim() ?? '';
    if (bare.length < LEAST_CHARACTERS || this.#known.includes(bare)) return;
    // Half a surrogate pair, which JSON may hold, cannot be written into a URL.
    const inUrl = encodeURIComponent(Buffer.from(bare).toString());
    const forms = new Set([...this.#known, bare, inUrl, JSON.stringify(bare).slice(1, -1)]);
    this.#known = [...forms].sort((a, b) => b.length - a.length);
  }

  text(text: string): string {
    return this.#masked(text, () => MASK);
  }

  /** The same with every text in it, at any depth; what holds no secret stays the same object. */
  value<T>(value: T): T {
    if (typeof value === 'string') return this.text(value) as T;
    if (Array.isArray(value)) {
      const items = value.map((each) => this.value(each));
      return items.some((each, i) => each !== value[i]) ? (items as T) : value;
    }
    if (!isRecord(value)) return value;
    let changed: Record<string, unknown> | undefined;
    for (const [name, each] of Object.entries(value)) {
      const clean = this.value(each);
      if (clean === each) continue;
      changed ??= { ...value };
      changed[name] = clean;
    }
    return (changed as T | undefined) ?? value;
  }

  /** An answer's bytes with stars for secrets: as long as before, so that lengths written in it still hold. */
  bytes(bytes: Buffer): Buffer {
    // Byte for byte: neither a secret's characters nor the stars are more than one.
    const text = bytes.toString('latin1');
    const clean = this.#masked(text, (secret) => '*'.repeat(secret.length));
    return clean === text ? bytes : Buffer.from(clean, 'latin1');
  }

  #masked(text: string, mask: (secret: string) => string): string {
    // Not one pattern of all: a certificate in the environment is longer than a pattern may be.
    const own = this.#known.reduce((rest, secret) => rest.replaceAll(secret, mask), text);
    return SHAPES.reduce(
      (rest, shape) => rest.replace(shape, (all, kept: string) => kept + mask(all.slice(kept.length))),
      own,
    );
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
