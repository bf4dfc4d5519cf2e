const UNITS: readonly (readonly [unit: string, bytes: number])[] = [
  ['GB', 1e9],
  ['MB', 1e6],
  ['kB', 1e3],
];

/** `1.2 MB`, `340 B`. */
export function bytesWords(bytes: number): string {
  const unit = UNITS.find(([, size]) => bytes >= size);
  return unit === undefined ? `${bytes} B` : `${Number((bytes / unit[1]).toPrecision(2))} ${unit[0]}`;
}
