/** Longest signature text; error messages that quote whole payloads are cut. */
const LONGEST = 160;

const MASKS: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<id>'],
  [/\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?/g, '<time>'],
  [/\b\d{1,2}:\d{2}:\d{2}(?:[.,]\d+)?\b/g, '<time>'],
  [/\barn:aws[\w-]*:\S+/g, '<arn>'],
  [/\b[\w.+-]+@[\w-]+\.[\w.-]+\b/g, '<mail>'],
  [/"(?:[^"\\]|\\.)*"/g, '"…"'],
  [/`[^`]*`/g, '`…`'],
  // Only quotes that stand apart: the apostrophe of "can't" opens nothing.
  [/(?<![\w'])'(?:[^'\\]|\\.)*'(?!\w)/g, "'…'"],
  [/\b(?:0x)?(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{8,}\b/gi, '<id>'],
  [/\b(?=\w*\d)(?=\w*[A-Za-z])[\w-]{16,}\b/g, '<id>'],
  [/(?<!\w)[-+]?\d+(?:[.,]\d+)*/g, '<n>'],
];

/** An error text with everything masked that differs from message to message: ids, times, numbers, quoted values. */
export function mask(text: string): string {
  let masked = text.split(/\r?\n/, 1)[0]!.trim();
  for (const [pattern, replacement] of MASKS) masked = masked.replace(pattern, replacement);
  return masked.length > LONGEST ? `${masked.slice(0, LONGEST - 1)}…` : masked;
}
