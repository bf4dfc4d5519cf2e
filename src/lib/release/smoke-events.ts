import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';
import { asEvent } from './dead-letter-event.ts';

/**
 * The events of a smoke test: a JSON document (one event, or a list of them) or NDJSON (one a line); dead letters as `cvops
 * dlq export` writes them are events of the queue that they died in.
 * @returns each event as JSON text. @param name for errors, as it was typed.
 * @throws CvopsError `InvalidSmokeFile` with the line.
 */
export function parseSmokeEvents(text: string, name: string): readonly string[] {
  const clean = text.replace(/^\uFEFF/, '');
  const whole = parse(clean);
  const events = Array.isArray(whole) ? (whole as unknown[]) : whole === undefined ? lines(clean, name) : [whole];
  if (events.length === 0) throw invalid(`${name} holds no event.`);
  return events.map((event) => JSON.stringify(asEvent(event)));
}

function lines(text: string, name: string): readonly unknown[] {
  return text
    .split(/\r?\n/)
    .map((line, index) => ({ line, number: index + 1 }))
    .filter(({ line }) => line.trim() !== '')
    .map(({ line, number }) => {
      const event = parse(line);
      if (event !== undefined) return event;
      throw invalid(`line ${number} of ${name} is no JSON.`);
    });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function invalid(message: string): CvopsError {
  return new CvopsError('InvalidSmokeFile', ExitCode.usage, message, {
    hint: 'a JSON document with one event or a list of events, or one event a line (NDJSON).',
  });
}
