import type { FileHandle } from 'node:fs/promises';

/** Text is handed to the system in pieces of this size, so that memory stays flat. */
const PIECE = 1 << 18;

/**
 * A file that only grows. `synced` resolves when everything added before is on disk; those that wait at the same time
 * share one write and one fsync. After a failure the end of the file is unknown: nothing more is written.
 */
export class AppendFile {
  readonly #file: FileHandle;
  readonly #failure: (cause: unknown) => unknown;
  readonly #start: number;
  #pending: string[] = [];
  #size = 0;
  #tail: Promise<void> = Promise.resolve();
  /** Bytes written, and bytes on disk for sure. */
  #written = 0;
  #synced = 0;
  #broken: { readonly cause: unknown } | undefined;

  /**
   * @param failure turns what the file system throws into what callers get
   * @param start bytes that the file holds already
   */
  constructor(file: FileHandle, failure: (cause: unknown) => unknown, start = 0) {
    this.#file = file;
    this.#failure = failure;
    this.#start = start;
  }

  /** Adds text; a failure to write it shows at the next `synced`. */
  add(text: string): void {
    this.#pending.push(text);
    this.#size += text.length;
    if (this.#size >= PIECE) this.#queue(false).catch(() => {});
  }

  synced(): Promise<void> {
    return this.#queue(true);
  }

  /** After a failure the file is cut back to what is on disk for sure: whole lines, if whole lines were synced. */
  async close(): Promise<void> {
    try {
      await this.#queue(true);
    } catch (cause) {
      await this.#file.truncate(this.#start + this.#synced).catch(() => {});
      throw cause;
    } finally {
      await this.#file.close();
    }
  }

  #queue(sync: boolean): Promise<void> {
    const write = this.#tail.catch(() => {}).then(() => this.#write(sync));
    this.#tail = write;
    write.catch(() => {});
    return write;
  }

  async #write(sync: boolean): Promise<void> {
    if (this.#broken !== undefined) throw this.#broken.cause;
    const text = this.#pending.join('');
    this.#pending = [];
    this.#size = 0;
    try {
      if (text !== '') await this.#file.appendFile(text);
      this.#written += Buffer.byteLength(text);
      if (sync && this.#written > this.#synced) {
        await this.#file.datasync();
        this.#synced = this.#written;
      }
    } catch (cause) {
      this.#broken = { cause: this.#failure(cause) };
      throw this.#broken.cause;
    }
  }
}
