const MOST_ISSUES = 3;

/**
 * The part of an error's message that tells its cause, in one line: validators put lists of issues there (zod as JSON,
 * pydantic over several lines), others a first line and details.
 */
export function summary(message: string): string {
  const text = message.trim();
  if (text.startsWith('[') || text.startsWith('{')) {
    const issues = jsonIssues(text);
    if (issues !== null) return issues;
  }
  const lines = text.split(/\r\n|\n|\r/).map((line) => line.trim());
  if (/validation errors? for /.test(lines[0]!) && lines.length > 1) return pydantic(lines);
  return lines.find((line) => line !== '') ?? '';
}

/** `sessionId: Required; type: Invalid input`, of a list of issues with paths. */
function jsonIssues(text: string): string | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return null;
  }
  if (!Array.isArray(parsed)) {
    const { message, error } = parsed as { message?: unknown; error?: unknown };
    return typeof message === 'string' ? message : typeof error === 'string' ? error : null;
  }
  const issues = parsed.flatMap((issue: unknown) => {
    if (typeof issue !== 'object' || issue === null) return [];
    const { path, instancePath, message } = issue as { path?: unknown; instancePath?: unknown; message?: unknown };
    if (typeof message !== 'string') return [];
    // A place in a list is not part of the cause.
    const place = Array.isArray(path)
      ? path.map((part) => (typeof part === 'number' ? '*' : String(part))).join('.')
      : String(instancePath ?? path ?? '');
    return [place === '' ? message : `${place}: ${message}`];
  });
  return issues.length === 0 ? null : joined([...new Set(issues)]);
}

/** Pydantic: a headline, then a field and what is wrong with it, by turns. */
function pydantic(lines: readonly string[]): string {
  const issues: string[] = [];
  for (let at = 1; at + 1 < lines.length; at++) {
    const problem = /^(.*?)\s*\[type=(\w+)/.exec(lines[at + 1]!);
    if (problem !== null) issues.push(`${lines[at]}: ${problem[1]}`);
  }
  return issues.length === 0 ? lines[0]! : joined([...new Set(issues)]);
}

function joined(issues: readonly string[]): string {
  const more = issues.length > MOST_ISSUES ? ` and more` : '';
  return issues.slice(0, MOST_ISSUES).join('; ') + more;
}
