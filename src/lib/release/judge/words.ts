/** `1,234` */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** `3.3 %` of 0.033; enough digits that something never reads as nothing. */
export function percent(rate: number): string {
  const value = rate * 100;
  const size = Math.abs(value);
  if (size === 0 || size >= 100) return `${Math.round(value)} %`;
  if (size < 0.01) return value > 0 ? 'under 0.01 %' : `${value.toPrecision(1)} %`;
  return `${Number(value.toFixed(size < 1 ? 2 : 1))} %`;
}

/** `2 of 60 (3.3 %)` */
export function share(part: number, whole: number): string {
  return whole === 0 ? '0 of 0' : `${count(part)} of ${count(whole)} (${percent(part / whole)})`;
}

/** `22 minutes`, in the unit that suits; never 0. */
export function about(seconds: number): string {
  const [value, unit] =
    seconds < 90
      ? [seconds, 'second']
      : seconds < 5_400
        ? [seconds / 60, 'minute']
        : seconds < 172_800
          ? [seconds / 3_600, 'hour']
          : [seconds / 86_400, 'day'];
  const whole = Math.max(1, Math.round(value));
  return `${count(whole)} ${unit}${whole === 1 ? '' : 's'}`;
}

/** `0.03`, `0.0004`, `under 0.0001` */
export function chance(value: number): string {
  if (value < 0.0001) return 'under 0.0001';
  return String(Number(value.toPrecision(2)));
}
