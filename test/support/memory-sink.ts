import type { Sink } from '../../src/lib/io/streams.ts';

/** An output stream that keeps what was written. */
export class MemorySink implements Sink {
  readonly isTTY: boolean;
  readonly columns: number;
  text = '';

  constructor({ isTTY = false, columns = 80 }: { isTTY?: boolean; columns?: number } = {}) {
    this.isTTY = isTTY;
    this.columns = columns;
  }

  write(text: string): void {
    this.text += text;
  }
}
