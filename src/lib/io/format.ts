import type { Cell } from './outcome.ts';

const UNITS: readonly (readonly [name: string, seconds: number])[] = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
];

/** A duration in at most two units: `14 d`, `2 h 5 min`, `45 s`; below a second in ms. */
export function formatDuration(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  let rest = Math.round(seconds);
  const parts: string[] = [];
  for (const [name, size] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${name}`);
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.join(' ');
}

/** Whole numbers with separators: 10,000. Without Intl where it goes: its first use costs as much as several calls. */
export function formatCount(count: number): string {
  if (!Number.isInteger(count)) return count.toLocaleString('en-US');
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 message`, `3 messages`. */
export function plural(count: number, noun: string, nouns = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : nouns}`;
}

/** `a, b, c and 5 more`. @param most so many are named. */
export function someOf(names: readonly string[], most = 3): string {
  const more = names.length - most;
  return names.slice(0, most).join(', ') + (more > 0 ? ` and ${formatCount(more)} more` : '');
}

/** With a capital letter at its begin. */
export function capital(words: string): string {
  return words.replace(/^./u, (first) => first.toUpperCase());
}

/** A message and, where there is one, its hint, as sentences one after the other. */
export function withHint(message: string, hint: string | null | undefined): string {
  return hint === null || hint === undefined ? message : `${message} ${capital(hint)}`;
}

/** US dollars with enough digits to show that small is not nothing. */
export function formatUsd(usd: number): string {
  if (usd === 0) return '$0.00';
  return usd < 0.01 ? `$${usd.toFixed(6)}` : `$${usd.toFixed(2)}`;
}

export const text = (value: string | null, tone?: Cell['tone']): Cell => ({
  raw: value,
  ...(value === null ? { text: '–' } : {}),
  ...(tone === undefined ? {} : { tone }),
});

export const count = (value: number | null, tone?: Cell['tone']): Cell => ({
  raw: value,
  text: value === null ? '–' : formatCount(value),
  ...(tone === undefined ? {} : { tone }),
});

/** Seconds for machines, words for people. */
export const duration = (seconds: number | null): Cell => ({
  raw: seconds,
  text: seconds === null ? '–' : formatDuration(seconds),
});

/** ISO 8601 for machines, `3 min ago` or `in 2 h` for people. */
export function instant(ms: number | null, nowMs: number): Cell {
  if (ms === null) return { raw: null, text: '–' };
  const seconds = (nowMs - ms) / 1000;
  const words =
    Math.abs(seconds) < 1 ? 'now' : seconds > 0 ? `${formatDuration(seconds)} ago` : `in ${formatDuration(-seconds)}`;
  return { raw: new Date(ms).toISOString(), text: words };
}
