/** Modules compressed as one, as bin/program.js reads them. */
export function pack(modules: readonly { readonly name: string; readonly code: string }[]): Buffer;
