import { validation } from './errors.ts';

/** Digits and the power of ten of the last one: `-12.5` is `-125n`, exponent -1. */
interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

const PLAIN = /^-?(?:0|[1-9]\d{0,14})$/;
const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,6}))?$/;
/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-data-types-number */
const MAX_DIGITS = 38;
const MAX_MAGNITUDE = 125;
const MIN_MAGNITUDE = -130;

/**
 * The text in which DynamoDB gives a number back: no exponent, no leading or trailing zeros.
 * Throws ValidationException for text that is no number, and for one beyond 38 digits or the range of 1E-130 to 9.9E+125.
 */
export function normalizeNumber(text: string): string {
  if (PLAIN.test(text) && text !== '-0') return text;
  const match = NUMBER.exec(text);
  if (match === null || (match[2] === '' && (match[3] ?? '') === '')) {
    throw validation(`The parameter cannot be converted to a numeric value: ${text}`);
  }
  const whole = match[2]!;
  const fraction = match[3] ?? '';
  const all = whole + fraction;
  const significant = all.replace(/^0+/, '');
  const trimmed = significant.replace(/0+$/, '');
  if (trimmed === '') return '0';
  const exponent = Number(match[4] ?? 0) - fraction.length + (significant.length - trimmed.length);
  const magnitude = exponent + trimmed.length - 1;
  if (magnitude > MAX_MAGNITUDE) {
    throw validation('Number overflow. Attempting to store a number with magnitude larger than supported range');
  }
  if (magnitude < MIN_MAGNITUDE) {
    throw validation('Number underflow. Attempting to store a number with magnitude smaller than supported range');
  }
  if (trimmed.length > MAX_DIGITS) throw validation('Attempting to store more than 38 significant digits in a Number');
  return (match[1] === '-' ? '-' : '') + plain(trimmed, exponent);
}

/** Orders two normalised numbers. */
export function compareNumbers(a: string, b: string): number {
  // Fifteen digits survive the way through a double.
  if (a.length <= 15 && b.length <= 15) return Number(a) - Number(b);
  const { left, right } = align(a, b);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The sum (or difference) of two normalised numbers, normalised. Throws as normalizeNumber does. */
export function addNumbers(a: string, b: string, sign: 1 | -1): string {
  const { left, right, exponent } = align(a, b);
  const sum = sign === 1 ? left + right : left - right;
  return normalizeNumber(`${sum}e${exponent}`);
}

/** Bytes that a normalised number takes: one for each two digits, and one (two below zero). */
export function numberSize(text: string): number {
  const digits = text.replace(/[-.]/g, '').replace(/^0+/, '').replace(/0+$/, '').length;
  return Math.ceil(digits / 2) + 1 + (text.startsWith('-') ? 1 : 0);
}

function plain(digits: string, exponent: number): string {
  if (exponent >= 0) return digits + '0'.repeat(exponent);
  const point = digits.length + exponent;
  if (point > 0) return `${digits.slice(0, point)}.${digits.slice(point)}`;
  return `0.${'0'.repeat(-point)}${digits}`;
}

function align(a: string, b: string): { left: bigint; right: bigint; exponent: number } {
  const x = parse(a);
  const y = parse(b);
  const exponent = Math.min(x.exponent, y.exponent);
  return {
    left: x.digits * 10n ** BigInt(x.exponent - exponent),
    right: y.digits * 10n ** BigInt(y.exponent - exponent),
    exponent,
  };
}

function parse(text: string): Decimal {
  const point = text.indexOf('.');
  if (point < 0) return { digits: BigInt(text), exponent: 0 };
  return { digits: BigInt(text.slice(0, point) + text.slice(point + 1)), exponent: point + 1 - text.length };
}
