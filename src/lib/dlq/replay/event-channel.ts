/** Hands events from concurrent work to one reader, in order. */
export class EventChannel<E> implements AsyncIterable<E> {
  #buffer: E[] = [];
  #wake: (() => void) | undefined;
  #closed = false;

  push(event: E): void {
    this.#buffer.push(event);
    this.#wake?.();
  }

  close(): void {
    this.#closed = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<E, void, undefined> {
    for (;;) {
      const events = this.#buffer;
      this.#buffer = [];
      yield* events;
      if (this.#buffer.length > 0) continue;
      if (this.#closed) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
  }
}
