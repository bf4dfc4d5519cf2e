/** An error as a log tells it. */
export interface LoggedError {
  /** e.g. `TypeError`, `java.lang.NullPointerException`. */
  readonly name: string;
  /** May span lines. */
  readonly message: string;
  readonly stack: string | null;
  /** The innermost cause of a chain, `Name: message`; null without a chain. */
  readonly rootCause: string | null;
}

// Upper bounds keep the searches linear on lines of any content.
const LONGEST_HEAD = 2_000;
const NAME = String.raw`[A-Za-z_$][\w$.]{0,200}?(?:Error|Exception|Fault|Timeout|Interrupt)[\w$]{0,80}`;
const NAMED = new RegExp(
  String.raw`^(?:Uncaught )?(${NAME})(?: \[[^\]]{0,100}\])?(?::\s*|(?=\s*$)|(?=\s*\n))([\s\S]*)$`,
);
const NAMED_INSIDE = new RegExp(String.raw`(?:^|[\s(])(${NAME})(?: \[[^\]]{0,100}\])?:\s+([^\n]*)`);
const PYTHON_TRACE = 'Traceback (most recent call last):';
// `An error occurred (Code) when calling the PutItem operation: text` of boto3 holds the name that tells.
const BOTO =
  /^An error occurred \(([\w.]{1,100})\) when calling the (\w{1,100}) operation(?: \(reached max retries: \d+\))?: ([\s\S]*)$/;
const FRAME = /^\s*(?:at\s|File ")/;

/**
 * Reads an error and its stack from text: what Node, Python and Java print. Null where the text names no error.
 * Never throws.
 */
export function errorFromText(text: string): LoggedError | null {
  const trace = text.indexOf(PYTHON_TRACE);
  if (trace >= 0) return fromTraceback(text, trace);
  const [head, stack] = splitStack(text);
  const named = NAMED.exec(head.slice(0, LONGEST_HEAD));
  if (named !== null) return error(named[1]!, named[2]!, stack, text);
  if (stack === null) return null;
  // Java's runtime prints `message: type` above `type: message`; console.error('it failed', error) has words before.
  const last = head.slice(0, LONGEST_HEAD).trimEnd().split('\n').at(-1)!;
  const inside = NAMED.exec(last) ?? NAMED_INSIDE.exec(head.slice(0, LONGEST_HEAD));
  return inside === null ? null : error(inside[1]!, inside[2]!, stack, text);
}

/** The same from a name and a message that are known apart. */
export function loggedError(name: string | null, message: string | null, stack: string | null): LoggedError {
  return error(name ?? 'Error', message ?? '', stack, stack ?? '');
}

/** The first frame of the application itself, e.g. `normalise (index.js:10:3)`; null without one. */
export function callSite(stack: string | null): string | null {
  for (const line of (stack ?? '').split('\n', 200)) {
    const node = /^\s*at (?:async )?(.{1,200})$/.exec(line)?.[1];
    if (
      node !== undefined &&
      !/node:internal|\(<anonymous>\)|\(native\)|node_modules|\/var\/runtime|^(?:java|jdk|sun|com\.amazonaws)\./.test(
        node,
      )
    ) {
      return node.replaceAll('file://', '').replaceAll('/var/task/', '');
    }
  }
  const python = [...(stack ?? '').matchAll(/File "([^"\n]{1,200})", line (\d+), in (\S{1,100})/g)]
    .filter(([, file]) => !/\/var\/lang|\/opt\/|site-packages|importlib/.test(file!))
    .at(-1);
  return python === undefined ? null : `${python[3]} (${python[1]!.replace('/var/task/', '')}:${python[2]})`;
}

function error(name: string, message: string, stack: string | null, whole: string): LoggedError {
  const boto = BOTO.exec(message.slice(0, LONGEST_HEAD));
  const shown = boto === null ? message : `${boto[2]}: ${boto[3]}`;
  return {
    name: boto?.[1] ?? name,
    message: shown.trim(),
    stack: stack?.trimEnd() ?? null,
    rootCause: rootCause(whole),
  };
}

/** Java's `Caused by:` and Node's `[cause]:`, the innermost one. */
function rootCause(text: string): string | null {
  let last: string | null = null;
  for (const match of text.matchAll(/(?:^|\n)\s*(?:Caused by:|\[cause\]:)\s*([^\n]{1,500})/g)) last = match[1]!;
  return last?.replace(/\s*\{$/, '') ?? null;
}

function fromTraceback(text: string, at: number): LoggedError | null {
  const before = text.slice(0, at).trim().slice(0, LONGEST_HEAD);
  const stack = text.slice(at);
  // The runtime prints the error above its traceback; a traceback of Python's own ends with it.
  const above = NAMED.exec(before.split('\n').at(-1) ?? '');
  if (above !== null) return { ...error(above[1]!, above[2]!, stack, ''), rootCause: null };
  const errors: LoggedError[] = [];
  let inTrace = false;
  for (const line of stack.split(/\r\n|\n|\r/)) {
    if (line.startsWith(PYTHON_TRACE)) inTrace = true;
    else if (inTrace && line.trim() !== '' && !/^[\s\u00a0]/.test(line)) {
      inTrace = false;
      const named = /^([A-Za-z_][\w.]{0,200})(?::\s*(.*))?$/.exec(line.slice(0, LONGEST_HEAD));
      if (named !== null) errors.push(error(named[1]!, named[2] ?? '', stack, ''));
    }
  }
  const last = errors.at(-1);
  if (last === undefined) return null;
  const first = errors[0]!;
  return { ...last, rootCause: first === last ? null : `${first.name}: ${first.message}` };
}

/** What stands above the first frame, and the stack from there. */
function splitStack(text: string): readonly [head: string, stack: string | null] {
  let from = 0;
  for (;;) {
    const end = text.indexOf('\n', from);
    const line = end < 0 ? text.slice(from) : text.slice(from, end);
    if (from > 0 && FRAME.test(line.slice(0, 20))) return [text.slice(0, from - 1), text.slice(from)];
    if (end < 0) return [text, null];
    from = end + 1;
  }
}
