/** What is wrong with an expression, and where. */
export class ExpressionError extends Error {
  /** Of the first character that does not fit, from 1; null where there is no one place. */
  readonly position: number | null;
  /** What mends a common slip. */
  readonly hint: string | undefined;

  constructor(message: string, position: number | null, hint?: string) {
    super(message);
    this.name = 'ExpressionError';
    this.position = position;
    this.hint = hint;
  }
}
