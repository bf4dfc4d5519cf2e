/** Counts of an import. */
export interface ImportCounts {
  /** Proven in the target, those of earlier calls included. */
  readonly sent: number;
  readonly failed: number;
  readonly suppressed: number;
  readonly uncertain: number;
  readonly blocked: number;
}

/** What an import is about; the first line of its ledger. */
export interface ImportHeader {
  readonly type: 'import';
  readonly format: 1;
  /** All times: ms since the epoch, by this machine's clock. */
  readonly at: number;
  /** The file's name, for people; it is known by the hash of its content. */
  readonly file: string;
  readonly sha256: string;
  readonly messages: number;
  readonly target: { readonly name: string; readonly arn: string; readonly fifo: boolean };
}

/**
 * One line of the ledger of an import (NDJSON). Messages are named by the line of the file that holds them: the file is
 * the copy. `intent` is on disk before its send, `sent` after its proof. docs/archive.md says what each means.
 */
export type ImportRecord =
  | ImportHeader
  /** Going on after an interruption. */
  | { readonly type: 'resumed'; readonly at: number }
  /** All of it once more, because somebody asked for it. */
  | { readonly type: 'again'; readonly at: number }
  | { readonly type: 'intent'; readonly at: number; readonly lines: readonly number[] }
  | {
      readonly type: 'sent';
      readonly at: number;
      readonly messages: readonly { readonly line: number; readonly newId: string; readonly sequence: string | null }[];
    }
  | {
      /** Certainly not delivered. */
      readonly type: 'failed';
      readonly at: number;
      readonly messages: readonly { readonly line: number; readonly code: string; readonly message: string }[];
    }
  | { readonly type: 'end'; readonly at: number; readonly open: number; readonly counts: ImportCounts };
