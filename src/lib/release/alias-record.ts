/**
 * What cvops keeps in the alias's own Description, written by the same UpdateAlias that moves it: crash-safe, and
 * readable with lambda:GetAlias alone. Text of others before it is kept.
 * https://docs.aws.amazon.com/lambda/latest/api/API_UpdateAlias.html (Description: at most 256 characters)
 */
export interface AliasRecord {
  readonly releaseId: string;
  readonly kind: 'promote' | 'rollback' | 'canary' | 'abort';
  /** The version that this release put in charge; the record speaks of nothing else. */
  readonly version: string;
  /** The version served before it; null for the first. */
  readonly previous: string | null;
  /** Share of traffic given to the new version, percent. */
  readonly step: number;
  /** The version that takes `step` percent while `version` stays in charge; left out outside a stepped release. */
  readonly canary?: string;
  /** When, ms since the epoch. */
  readonly at: number;
  /** Who, as the machine that did it knows them. */
  readonly by: string;
  /** Versions rolled back from, newest first: never a target without being named. */
  readonly quarantined: readonly string[];
  /** Why, in the operator's words; cut short to fit. */
  readonly reason: string | null;
}

const MARK = 'cvops/1';
const LIMIT = 256;
const PATTERN = /(?:^|\s)cvops\/1((?: [a-z]+=\S*)*)/;

/** The record in a Description, or undefined when there is none. */
export function parseAliasRecord(description: string): AliasRecord | undefined {
  const match = PATTERN.exec(description);
  if (match === null) return undefined;
  const fields = new Map(
    match[1]!
      .trim()
      .split(' ')
      .map((pair) => pair.split('=', 2) as [string, string]),
  );
  const at = Date.parse(fields.get('at') ?? '');
  const version = fields.get('version');
  if (version === undefined || Number.isNaN(at)) return undefined;
  return {
    releaseId: fields.get('id') ?? '',
    kind: (fields.get('kind') ?? 'promote') as AliasRecord['kind'],
    version,
    previous: fields.get('previous') || null,
    step: Number(fields.get('step') ?? 100),
    ...(fields.get('canary') ? { canary: fields.get('canary')! } : {}),
    at,
    by: decode(fields.get('by') ?? ''),
    quarantined: (fields.get('bad') ?? '').split(',').filter((each) => each !== ''),
    reason: fields.get('why') ? decode(fields.get('why')!) : null,
  };
}

/**
 * A Description that holds the record, behind what else was written there. The oldest quarantined versions go first
 * when room is short, then the foreign text.
 * @param before the Description as it is now.
 */
export function formatAliasRecord(record: AliasRecord, before = ''): string {
  const foreign = before.replace(PATTERN, '').trim();
  const quarantined = [...record.quarantined];
  for (;;) {
    const own = [
      MARK,
      `id=${record.releaseId}`,
      `kind=${record.kind}`,
      `version=${record.version}`,
      `previous=${record.previous ?? ''}`,
      `step=${record.step}`,
      ...(record.canary === undefined ? [] : [`canary=${record.canary}`]),
      `at=${new Date(record.at).toISOString()}`,
      `by=${encode(record.by, 32)}`,
      `bad=${quarantined.join(',')}`,
      ...(record.reason === null ? [] : [`why=${encode(record.reason, 60)}`]),
    ].join(' ');
    const whole = foreign === '' ? own : `${foreign} ${own}`;
    if (whole.length <= LIMIT) return whole;
    if (own.length <= LIMIT)
      return `${foreign.slice(0, Math.max(0, LIMIT - own.length - 1)).trimEnd()} ${own}`.trimStart();
    // Nothing that cvops writes is so long; what is cut then is the end of the reason.
    if (quarantined.pop() === undefined) return own.slice(0, LIMIT);
  }
}

/** Somebody may have cut or changed the text by hand: it is shown as it is then. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Percent-encoded, at most `limit` characters, never cut inside a character. */
function encode(text: string, limit: number): string {
  let encoded = '';
  for (const character of text) {
    const next = encodeURIComponent(character);
    if (encoded.length + next.length > limit) break;
    encoded += next;
  }
  return encoded;
}
