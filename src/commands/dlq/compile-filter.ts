import type { DeadLetter } from '../../lib/dlq/dead-letter.ts';
import type { CvopsError } from '../../lib/errors/cvops-error.ts';
import { compileExpression, type Expression } from '../../lib/expressions/compile-expression.ts';
import { ExpressionError } from '../../lib/expressions/expression-error.ts';
import { holds, orderedPaths } from '../../lib/expressions/ordered-paths.ts';
import { refuseUnknownNames } from '../../lib/expressions/refuse-unknown-names.ts';
import { suspiciousNames } from '../../lib/expressions/suspicious-names.ts';
import { usageError } from '../parse.ts';

export interface MessageFilter {
  readonly text: string;
  /** @throws CvopsError `UsageError` for a message that the expression cannot be evaluated on */
  readonly matches: (letter: DeadLetter) => boolean;
  /** It calls functions: `matches` may throw. */
  readonly mayFail: boolean;
  /** Why it may not mean what it says; worth telling when nothing matches. */
  readonly suspicions: readonly string[];
}

/** The fields of the document that filters and edits see. */
export const DOCUMENT_FIELDS = ['body', 'attributes', 'groupId', 'messageId', 'sentAt', 'receiveCount'] as const;

/**
 * A JMESPath expression over `{ body, attributes, groupId, messageId, sentAt, receiveCount }` as a test.
 * @throws CvopsError `UsageError` for a syntax error, with its position
 */
export async function compileFilter(text: string | undefined): Promise<MessageFilter | null> {
  if (text === undefined) return null;
  const expression = await compileFlag('--filter', text, EXAMPLE);
  const ordered = orderedPaths(expression.tree);
  return {
    text,
    mayFail: expression.mayFail,
    suspicions: suspiciousNames(expression, DOCUMENT_FIELDS),
    matches: (letter) => {
      try {
        return ordered.every((path) => holds(letter, path)) && isTrue(expression.evaluate(letter));
      } catch (cause) {
        if (!(cause instanceof ExpressionError)) throw cause;
        throw usageError(
          `--filter cannot be evaluated on message ${letter.messageId}: ${cause.message}: ${text}`,
          "leave such messages out first, e.g. --filter 'type(body.url) == `string` && contains(body.url, `/a`)'.",
        );
      }
    },
  };
}

const EXAMPLE =
  "e.g. --filter 'body.type == `visit` && receiveCount > `3`'; see https://jmespath.org/specification.html";

/** @throws CvopsError `UsageError`: the flag, what is wrong where, and the expression, in one line */
export async function compileFlag(flag: string, text: string, example: string): Promise<Expression> {
  try {
    const expression = await compileExpression(text);
    refuseUnknownNames(expression, DOCUMENT_FIELDS);
    return expression;
  } catch (cause) {
    throw cause instanceof ExpressionError ? syntaxError(flag, text, cause, example) : cause;
  }
}

function syntaxError(flag: string, text: string, cause: ExpressionError, example: string): CvopsError {
  const { message, hint, position } = cause;
  return usageError(`${flag}: ${message}: ${text}`, hint ?? example, { expression: text, position });
}

/** JMESPath's own idea of true: not false, null, or an empty string, list or object. */
function isTrue(value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === '') return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}
