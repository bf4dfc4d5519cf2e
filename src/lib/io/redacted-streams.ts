import type { Redactor } from './redact.ts';
import type { Sink, Streams } from './streams.ts';

/** The same streams; what is written to them leaves its secrets behind. */
export function redactedStreams({ stdin, stdout, stderr }: Streams, redactor: Redactor): Streams {
  return { stdin, stdout: redacted(stdout, redactor), stderr: redacted(stderr, redactor) };
}

function redacted(sink: Sink, redactor: Redactor): Sink {
  return {
    write: (text) => sink.write(redactor.text(text)),
    isTTY: sink.isTTY,
    get columns() {
      return sink.columns;
    },
  };
}
