import { expect } from 'vitest';
import { contentOf, numberOf } from './dead-letters.ts';
import type { Played, Scene } from './replay-scene.ts';

/** Longer ago, a copy that may have arrived is not sent again: README of the replay, `SAFE_RETRY_MS`. */
const SAFE_RETRY_MS = 270_000;

/** What every replay keeps to, whatever happened: docs/reliability.md. The dead letters of `gone` expired, or somebody else deleted them. */
export function expectKept(scene: Scene, played: Played, gone: ReadonlySet<number> = new Set()): void {
  const { letters, arrived, left, last, told, twins } = played;
  const copies = new Map<number, number>();
  for (const copy of arrived) copies.set(numberOf(copy), (copies.get(numberOf(copy)) ?? 0) + 1);
  const still = new Set(left.map(numberOf));
  const lost = letters.map(numberOf).filter((n) => !copies.has(n) && !still.has(n) && !gone.has(n));
  expect(lost, 'lost').toEqual([]);
  for (const copy of arrived) expect(contentOf(copy)).toBe(contentOf(letters[numberOf(copy)]!));
  const doubled = [...copies].filter(([, count]) => count > 1).map(([n]) => n);
  if (scene.fifo) {
    expect(doubled, 'doubled').toEqual([]);
    expectOrder(played);
  }
  for (const [runId, { possibleTwins }] of told) expect(possibleTwins).toBe(twins.get(runId));
  const counted = [...twins.values()].reduce((sum, count) => sum + count, 0);
  if (scene.fifo) expect(counted).toBe(0);
  // A process does not learn what another did that was killed beside it, nor meets again what is gone: those twins are not
  // counted.
  else if (!played.killedBeside) {
    const known = doubled.filter((n) => !gone.has(n));
    expect(known.length, 'twins beyond those told of').toBeLessThanOrEqual(counted);
  }
  expect(last).toMatchObject({ failed: 0, suppressed: 0, undeleted: 0, stopped: null });
  expect(played.misjudged).toEqual([]);
  expect(left.every(({ state }) => state === 'visible')).toBe(true);
  if (last.uncertain === 0) expect(left, 'left').toEqual([]);
  else expect(scene.fifo && played.elapsedMs > SAFE_RETRY_MS, 'uncertain').toBe(true);
}

function expectOrder({ arrived }: Played): void {
  const last = new Map<string, number>();
  for (const copy of arrived) {
    const group = copy.system['MessageGroupId']!;
    expect(numberOf(copy), `order of ${group}`).toBeGreaterThan(last.get(group) ?? -1);
    last.set(group, numberOf(copy));
  }
}
