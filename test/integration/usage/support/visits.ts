/**
 * Times of visits, ms since the epoch, in order: fewer at night and at the weekend.
 * @param random uniform in [0, 1), seeded.
 */
export function visits(count: number, startMs: number, endMs: number, random: () => number): readonly number[] {
  const times: number[] = [];
  while (times.length < count) {
    const at = startMs + Math.floor(random() * (endMs - startMs));
    const time = new Date(at);
    const busy = (time.getUTCDay() % 6 === 0 ? 0.4 : 1) * (time.getUTCHours() < 7 ? 0.15 : 1);
    if (random() < busy) times.push(at);
  }
  return times.sort((a, b) => a - b);
}
