/**
 * A number that AWS models as a double: an integral one must still read `41.0` where types show (query XML, CBOR,
 * texts of alarm reasons), as Java's `Double.toString` writes it.
 */
export class Double {
  readonly double: number;

  constructor(double: number) {
    this.double = double;
  }

  toJSON(): number {
    return this.double;
  }

  toString(): string {
    return javaDouble(this.double);
  }
}

/** `1.0`, `0.05`, `1.23396096E8`: the form in which alarm reasons show numbers. */
export function javaDouble(value: number): string {
  const size = Math.abs(value);
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
  if (size >= 1e-3 && size < 1e7) return Number.isInteger(value) ? `${value}.0` : String(value);
  const [digits = '0', exponent = '0'] = value.toExponential().split('e');
  return `${digits.includes('.') ? digits : `${digits}.0`}E${Number(exponent)}`;
}

/** JSON text with doubles written as Java writes them (`"threshold":2.0`). */
export function javaJson(value: unknown): string {
  if (value instanceof Double) return value.toString();
  if (Array.isArray(value)) return `[${value.map(javaJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).filter(([, item]) => item !== undefined);
    return `{${members.map(([key, item]) => `${JSON.stringify(key)}:${javaJson(item)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}
