export interface BuiltServices {
  /** What was written, with its size and the SHA-256 that Lambda calls `CodeSha256` (base64). */
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly sha256: string }[];
  /** esbuild's metafiles, one a bundle: what went in, for the licences. */
  readonly metafiles: readonly unknown[];
}

/** Writes `processor.zip`, `processor-broken.zip`, `reporter.zip` and `worker.mjs` to `outDir`. */
export function buildServices(options: { outDir: string }): Promise<BuiltServices>;
