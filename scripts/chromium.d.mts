export interface Chromium {
  readonly executable: string;
  /** What its process must find in its environment, beside what is there. */
  readonly env: Readonly<Record<string, string>>;
  readonly version: string;
  readonly source: 'machine' | 'cache';
}

export function prepareChromium(options?: { readonly cache?: string }): Promise<Chromium>;
