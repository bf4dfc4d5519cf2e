const ROOT_TWO_PI = Math.sqrt(2 * Math.PI);

/**
 * Chance that a standard normal variable exceeds `z`. Right to 1e-12 of its value up to z = 38, where it underflows.
 * Marsaglia's series for small z, a continued fraction for the tail (J. Stat. Software 11(4), 2004).
 */
export function normalTail(z: number): number {
  if (z < 0) return 1 - normalTail(-z);
  const density = Math.exp(-(z * z) / 2) / ROOT_TWO_PI;
  if (z > 3) {
    let fraction = z;
    for (let k = 120; k > 0; k -= 1) fraction = z + k / fraction;
    return density / fraction;
  }
  let term = z;
  let sum = z;
  for (let k = 3; term > 1e-17 * sum; k += 2) {
    term *= (z * z) / k;
    sum += term;
  }
  return 0.5 - density * sum;
}

/** The z whose {@link normalTail} is `tail`, for 0 < tail < 1. */
export function normalQuantile(tail: number): number {
  let low = -40;
  let high = 40;
  for (let step = 0; step < 80; step += 1) {
    const middle = (low + high) / 2;
    if (normalTail(middle) > tail) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
