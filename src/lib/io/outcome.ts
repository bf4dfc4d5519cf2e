import type { ExitCode } from '../errors/exit-code.ts';
import type { Tone } from './paint.ts';
import type { OutputFormat } from './render.ts';

/** One value of a table: what machines read, and how people read it. */
export interface Cell {
  readonly raw: string | number | boolean | null;
  /** Shown on a terminal instead of `raw`. */
  readonly text?: string;
  readonly tone?: Tone;
}

export interface TableView {
  readonly columns: readonly { readonly label: string; readonly align?: 'left' | 'right' }[];
  readonly rows: readonly (readonly Cell[])[];
}

/** A piece of what a person sees. */
export type Block =
  | { readonly kind: 'table'; readonly table: TableView }
  | { readonly kind: 'fields'; readonly fields: readonly (readonly [label: string, cell: Cell])[] }
  | { readonly kind: 'line'; readonly text: string; readonly tone?: Tone };

export interface Warning {
  readonly code: string;
  readonly message: string;
}

/** A command worth running now, and why. */
export interface Next {
  readonly command: string;
  readonly why: string;
}

/** What a command answers; the renderer turns it into the format asked for. */
export interface Outcome {
  /** `<noun>.<verb>`; `cvops/` is put before it in JSON. */
  readonly kind: string;
  /** The JSON document's `data`; its fields are public promises. */
  readonly data: object;
  /**
   * For lists: what NDJSON prints a line for, and TSV the first table of the view. Without it the result is one thing:
   * `data` in one line, and as TSV a line for each of its fields.
   */
  readonly items?: readonly object[];
  /** Formats in which it was told on stdout while it happened: nothing more is printed. */
  readonly toldIn?: readonly OutputFormat[];
  readonly warnings?: readonly Warning[];
  readonly next?: readonly Next[];
  /** 0 without it. */
  readonly exitCode?: ExitCode;
  /** What a person sees; called only for formats that need it. */
  view(): readonly Block[];
}
