import { readRecord } from '../../lib/dlq/explain/log-record.ts';

/** A log line in one line; a structured one in the words of its author. */
export function logWords(message: string): string {
  if (!message.startsWith('{')) return message.split('\n', 1)[0]!.replaceAll('\t', ' ');
  const { level, text, error } = readRecord({ at: 0, stream: '', message });
  // Lambda's own lines, and JSON that has no words.
  if (text === message) return message;
  const cause = error === null ? '' : ` (${error.name}: ${error.message})`;
  return `${level ?? ''} ${text}${cause}`.trim();
}
