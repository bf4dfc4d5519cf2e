import { ExitCode } from '../errors/exit-code.ts';

/** One output stream, as far as cvops needs it. */
export interface Sink {
  write(text: string): void;
  readonly isTTY: boolean;
  /** Width in characters; 80 for a terminal that does not tell it, infinite where there is none. */
  readonly columns: number;
}

/** The input stream. */
export interface Source {
  readonly isTTY: boolean;
  /** Everything that is piped in; may be read once. */
  read?(): AsyncIterable<Uint8Array>;
}

export interface Streams {
  readonly stdin: Source;
  readonly stdout: Sink;
  readonly stderr: Sink;
}

/** The process's own streams. A reader that goes away early (`| head`) ends the program quietly. */
export function processStreams(): Streams {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(0);
      // A full disk, a closed descriptor: nothing more can be told there.
      if (stream === process.stdout) process.stderr.write(`Error: cannot write the result (${error.code}).\n`);
      process.exit(ExitCode.failed);
    });
  }
  return {
    // Opened by its first reader: opening it takes 4 ms.
    stdin: {
      get isTTY() {
        return process.stdin.isTTY === true;
      },
      read: () => process.stdin,
    },
    stdout: sink(process.stdout),
    stderr: sink(process.stderr),
  };
}

/** Calls back when all that was written so far has left this process. */
export function whenWritten(then: () => void): void {
  process.stdout.write('', () => process.stderr.write('', then));
}

function sink(stream: NodeJS.WriteStream): Sink {
  return {
    write: (text) => {
      stream.write(text);
    },
    isTTY: stream.isTTY === true,
    get columns() {
      return stream.isTTY === true ? stream.columns || 80 : Number.POSITIVE_INFINITY;
    },
  };
}
