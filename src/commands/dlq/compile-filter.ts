import type { DeadLetter } from '../../lib/dlq/dead-letter.ts';
import { CvopsError } from '../../lib/errors/cvops-error.ts';
import { usageError } from '../parse.ts';

export interface MessageFilter {
  readonly text: string;
  readonly matches: (letter: DeadLetter) => boolean;
}

/**
 * A JMESPath expression over `{ body, attributes, groupId, messageId, sentAt, receiveCount }` as a test.
 * @throws CvopsError `UsageError` for a syntax error; from `matches` for an expression that fails on a message.
 */
export async function compileFilter(text: string | undefined): Promise<MessageFilter | null> {
  if (text === undefined) return null;
  const { default: jmespath } = await import('jmespath');
  try {
    // Missing from the package's types: parses without a document.
    (jmespath as unknown as { compile(expression: string): unknown }).compile(text);
  } catch (cause) {
    throw invalid(text, cause);
  }
  return {
    text,
    matches: (letter) => {
      try {
        return isTrue(jmespath.search(letter, text));
      } catch (cause) {
        throw cause instanceof CvopsError ? cause : invalid(`${text} on message ${letter.messageId}`, cause);
      }
    },
  };
}

/** JMESPath's own idea of true: not false, null, or an empty string, list or object. */
function isTrue(value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === '') return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}

function invalid(text: string, cause: unknown): CvopsError {
  return usageError(
    `--filter ${JSON.stringify(text)}: ${(cause as Error).message}.`,
    "e.g. --filter 'body.type == `visit` && receiveCount > `3`'; see https://jmespath.org/specification.html",
  );
}
