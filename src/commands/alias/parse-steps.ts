import { usageError } from '../parse.ts';

/**
 * The shares of a stepped release in percent, rising and below 100, from `--canary 10` and `--steps 10,50,100`; empty
 * without either: all at once. The last step is always all traffic.
 */
export function parseSteps(canary: unknown, steps: unknown): readonly number[] {
  const first = canary === undefined ? [] : [percent(String(canary).replace(/\s*%$/, ''), '--canary', canary)];
  if (first[0] === 100) throw usageError('--canary 100 is no canary.', 'leave it out to move all traffic at once.');
  if (steps === undefined) return first;
  const listed = String(steps)
    .split(',')
    .map((each) => percent(each.trim().replace(/\s*%$/, ''), '--steps', steps));
  if (listed.some((each, index) => index > 0 && each <= listed[index - 1]!)) {
    throw usageError(`--steps ${JSON.stringify(steps)} does not rise.`, 'e.g. 10,50,100.');
  }
  if (first[0] !== undefined && first[0] > listed[0]!) {
    throw usageError(`--canary ${first[0]} is above the first of --steps ${JSON.stringify(steps)}.`);
  }
  return [...new Set([...first, ...listed])].filter((each) => each < 100);
}

/** Above 0, at most 100: https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html */
function percent(text: string, flag: string, value: unknown): number {
  const number = /^\d{1,3}(\.\d{1,2})?$/.test(text) ? Number(text) : Number.NaN;
  if (number > 0 && number <= 100) return number;
  throw usageError(
    `${flag} ${JSON.stringify(value)}: ${JSON.stringify(text)} is not a percentage above 0 and up to 100, with two decimals at most.`,
  );
}
