import type { ApiError } from '../kernel/api-error.ts';
import type { Input, Service } from '../kernel/service.ts';
import type { Reply } from './reply.ts';

/**
 * Reads flat query parameters (`A.member.1.B=x`, `M.entry.1.key=k`) into nested members. All values stay text.
 * https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 */
export function readQuery(parameters: URLSearchParams): Input {
  const root: Record<string, unknown> = Object.create(null);
  for (const [path, value] of parameters) {
    if (path === 'Action' || path === 'Version') continue;
    place(root, path.split('.'), value);
  }
  return collapse(root);
}

/**
 * Puts a value below nested nodes, which are made on the way; where a step holds text already, the nested one wins.
 * Nodes inherit nothing: a parameter named `__proto__.x` is a member like any other.
 */
export function place(root: Record<string, unknown>, steps: readonly string[], value: string): void {
  let node = root;
  for (const step of steps.slice(0, -1)) {
    if (!Object.hasOwn(node, step) || typeof node[step] !== 'object') node[step] = Object.create(null);
    node = node[step] as Record<string, unknown>;
  }
  node[steps.at(-1)!] = value;
}

function collapse(node: unknown): unknown {
  if (typeof node !== 'object' || node === null) return node;
  const record = node as Record<string, unknown>;
  const keys = Object.keys(record);
  if (keys.length === 1 && (keys[0] === 'member' || keys[0] === 'entry')) {
    const inner = record[keys[0]] as Record<string, unknown>;
    const items = Object.keys(inner)
      .sort((a, b) => Number(a) - Number(b))
      .map((key) => collapse(inner[key]));
    if (keys[0] === 'member') return items;
    return Object.fromEntries((items as { key: string; value: unknown }[]).map((entry) => [entry.key, entry.value]));
  }
  return Object.fromEntries(keys.map((key) => [key, collapse(record[key])]));
}

export function escapeXml(text: string): string {
  return text.replace(/[&<>"'\r]/g, (c) => {
    switch (c) {
      case '&':
        return '&amp;';
      case '<':
        return '&lt;';
      case '>':
        return '&gt;';
      case '"':
        return '&quot;';
      case "'":
        return '&#39;';
      default:
        return '&#xD;';
    }
  });
}

/** Members as XML elements: arrays as `<member>`, Map as `<entry>`, Date as ISO 8601. */
export function toXml(output: unknown): string {
  if (output === null || output === undefined) return '';
  if (output instanceof Date) return output.toISOString();
  if (output instanceof Map) {
    return [...output]
      .map(([key, value]) => `<entry><key>${escapeXml(String(key))}</key><value>${toXml(value)}</value></entry>`)
      .join('');
  }
  if (Array.isArray(output)) return output.map((item) => `<member>${toXml(item)}</member>`).join('');
  if (typeof output === 'object') {
    return Object.entries(output)
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([name, value]) => `<${name}>${toXml(value)}</${name}>`)
      .join('');
  }
  return escapeXml(String(output));
}

export function queryReply(service: Service, operation: string, output: unknown, requestId: string): Reply {
  const inner = service.queryOutput?.(operation, output) ?? toXml(output);
  const result = `<${operation}Result>${inner}</${operation}Result>`;
  return xml(
    200,
    `<${operation}Response xmlns="${service.xmlNamespace ?? ''}">${result}<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${operation}Response>`,
  );
}

export function queryError(
  service: Pick<Service, 'xmlNamespace' | 'queryErrorDetail'>,
  error: ApiError,
  requestId: string,
): Reply {
  const message = error.message === '' ? '' : `<Message>${escapeXml(error.message)}</Message>`;
  const detail = service.queryErrorDetail === true ? '<Detail/>' : '';
  return xml(
    error.status,
    `<ErrorResponse xmlns="${service.xmlNamespace ?? ''}"><Error><Type>${error.type}</Type><Code>${escapeXml(error.queryCode ?? error.code)}</Code>${message}${detail}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
  );
}

function xml(status: number, body: string): Reply {
  return { status, headers: { 'content-type': 'text/xml' }, body: `<?xml version="1.0"?>\n${body}` };
}
