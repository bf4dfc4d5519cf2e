/** Longest signature text; error messages that quote whole payloads are cut. */
const LONGEST = 160;
/** What is read of a text at all. */
const LONGEST_READ = 2_000;

/** Kept pieces stand as characters of the private use area while the masks run. */
const FIRST_KEPT = 0xe000;
const MOST_KEPT = 200;

const CONTEXT =
  'reading|setting|property|properties|named|attribute|attributes|column|relation|constraint|table|field|key|keys|parameter|parameters|argument|method|function|class|type|variable|format|operation|action|invoke|because|instance of|required|element|header';

/**
 * What looks like a value but tells the cause: names in code and schema, status and error codes. Two messages that differ
 * there died of different things.
 */
const KEEP: readonly RegExp[] = [
  // (reading 'userId'), property 'x', object has no attribute 'x', Missing required parameter: "x"
  new RegExp(String.raw`\b(?:${CONTEXT}):? (['"${'`'}])[A-Za-z_$@./<][A-Za-z_$@./<>()[\]-]{0,60}\d?>?\1`, 'gi'),
  // No module named 'urllib3', Cannot find module './x.js'
  /\b(?:module|package|import)(?: name| named)? (['"])[\w$@./-]{1,80}\1/gi,
  // KeyError: 'x' has nothing but the name.
  /^(['"])[A-Za-z_]{1,40}\1$/g,
  // HTTP 503, status code 404, statusCode=429, error code: 11000
  /\b(?:HTTP(?:\/\d(?:\.\d)?)?|status(?: ?code)?|(?:error |exit |response |return )?code|errno|exit status)\b\]?[ :=#]{1,3}-?\d{1,6}\b/gi,
  /\[Errno -?\d{1,5}\]/g,
  /\bSQLSTATE\[?\s?\w{5}\]?/g,
  /\b(?:(?:ORA|PLS|TNS|DPI|DPY|NJS)-\d{3,6}|E\d{5}|[A-Z]{2,20}(?:_[A-Z0-9]{1,20}){1,6})\b/g,
];

const MASKS: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<id>'],
  [/\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?/g, '<time>'],
  [/\b\d{1,2}:\d{2}:\d{2}(?:[.,]\d+)?\b/g, '<time>'],
  [/\barn:aws[\w-]*:[^\s"'`]+/g, '<arn>'],
  [/\b[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{1,64}\b/g, '<mail>'],
  [/\bhttps?:\/\/([\w.-]+)[^\s"'`)]*/g, 'http://$1/…'],
  // The token that JSON.parse stumbles over, with or without quotes.
  [/\bUnexpected token .{1,3}?(?=,? (?:in JSON|"|is not))/g, 'Unexpected token …'],
  [/"(?:[^"\\]|\\.)*"(?:\.\.\.)?/g, '"…"'],
  [/`[^`]*`/g, '`…`'],
  // Only quotes that stand apart: the apostrophe of "can't" opens nothing.
  [/(?<![\w'])'(?:[^'\\]|\\.)*'(?!\w)/g, "'…'"],
  [/\b(?:0x)?(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{8,}\b/gi, '<id>'],
  [/\b(?=\w*\d)(?=\w*[A-Za-z])[\w-]{16,}\b/g, '<id>'],
  // Prefixed ids of shops and the like: user_42, ord-7781, #991.
  [/(?<![-\w])(?!utf|iso|sha|md|ascii)[a-z]{1,12}[_-]\d+\b/gi, '<id>'],
  [/(?<!\w)[-+]?\d+(?:[.,]\d+)*/g, '<n>'],
];

/** An error text with everything masked that differs from message to message: ids, times, numbers, quoted values. */
export function mask(text: string): string {
  const kept: string[] = [];
  let masked = text
    .slice(0, LONGEST_READ)
    .split(/\r?\n/, 1)[0]!
    .trim()
    .replace(/[\ue000-\uf8ff]/g, '');
  for (const pattern of KEEP) {
    masked = masked.replace(pattern, (found) => {
      if (kept.length === MOST_KEPT) return found;
      kept.push(found);
      return String.fromCharCode(FIRST_KEPT + kept.length - 1);
    });
  }
  for (const [pattern, replacement] of MASKS) masked = masked.replace(pattern, replacement);
  // The last first: a kept piece may hold an earlier one.
  for (let at = kept.length - 1; at >= 0; at--) {
    masked = masked.replaceAll(String.fromCharCode(FIRST_KEPT + at), () => kept[at]!);
  }
  return masked.length > LONGEST ? `${masked.slice(0, LONGEST - 1)}…` : masked;
}
