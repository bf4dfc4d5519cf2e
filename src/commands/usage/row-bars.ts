const WIDTH = 10;
const LEVELS = '▁▂▃▄▅▆▇█';

/**
 * A row against its limit, as wide as {@link WIDTH} characters: full to where it is, shaded to where it ends. Something
 * is never drawn as nothing.
 * @param now share of the limit, 0–1 and beyond @param end the same at the end of the month
 */
export function shareBar(now: number, end: number): string {
  const cells = (share: number) => Math.min(WIDTH, Math.max(0, Math.round(share * WIDTH)));
  const used = cells(now);
  const more = Math.max(0, cells(end) - used);
  const bar = `${'█'.repeat(used)}${'▒'.repeat(more)}`;
  return (bar === '' && end > 0 ? '▏' : bar).padEnd(WIDTH, '·');
}

/** A character a day, as high as its part of the highest. */
export function sparkline(days: readonly number[]): string {
  const most = Math.max(...days);
  return days.map((value) => (value <= 0 ? '·' : LEVELS[Math.ceil((value / most) * LEVELS.length) - 1])).join('');
}
