/** What comes behind a flag: nothing, a file, one of some words, or what no shell can know. */
export type FlagValue = 'none' | 'file' | 'unknown' | readonly string[];

export interface CompletionFlag {
  /** `--dry-run` */
  readonly name: string;
  readonly value: FlagValue;
  readonly description: string;
}

export interface CompletionCommand {
  /** `dlq replay` */
  readonly path: string;
  readonly summary: string;
  readonly flags: readonly CompletionFlag[];
  /** What it takes besides flags: services, one of some words, files, or nothing. */
  readonly operands: 'services' | 'files' | 'none' | readonly string[];
}

/** Everything that a shell may complete; only names of services are asked for while typing. */
export interface CompletionModel {
  readonly globals: readonly CompletionFlag[];
  /** First words that are no command by themselves, with what they are about. */
  readonly nouns: Readonly<Record<string, string>>;
  readonly commands: readonly CompletionCommand[];
}

/** The command that prints the names of services, a line each. */
export const SERVICES_COMMAND = 'cvops completion services 2>/dev/null';

/** @param flags commander's form: `--max <n>`. */
export function completionFlag(flags: string, description: string, choices?: readonly string[]): CompletionFlag {
  const [, name = flags, value] = /^(--[\w-]+)(?:[ =][<[](.+)[>\]])?$/.exec(flags) ?? [];
  if (choices !== undefined) return { name, value: choices, description };
  if (value === undefined) return { name, value: 'none', description };
  return { name, value: /file|dir|source/.test(value) ? 'file' : 'unknown', description };
}

/** @param names of arguments in commander's form: `[service]`, `<bash|zsh>`. */
export function completionOperands(names: readonly string[]): CompletionCommand['operands'] {
  const [first = ''] = names.map((name) => name.replace(/^[<[]|[>\]]$|\.\.\./g, ''));
  if (first.includes('|')) return first.split('|');
  if (/^services?$|^worker$/.test(first)) return 'services';
  return first.startsWith('file') ? 'files' : 'none';
}

/** The words that may stand first, or behind a noun, with what they are about. */
export function wordsBehind(model: CompletionModel, noun: string): readonly (readonly [word: string, about: string])[] {
  const prefix = noun === '' ? '' : `${noun} `;
  const own = model.commands
    .filter(({ path }) => path.startsWith(prefix) && !path.slice(prefix.length).includes(' '))
    .map(({ path, summary }) => [path.slice(prefix.length), summary] as const);
  return noun === '' ? [...own, ...Object.entries(model.nouns)] : own;
}

/** Global flags whose next word is their value and no command. */
export function globalsWithValue({ globals }: CompletionModel): readonly string[] {
  return globals.filter(({ value }) => value !== 'none').map(({ name }) => name);
}

/** Paths of nouns and commands: where the words so far have led to. */
export function allPaths({ nouns, commands }: CompletionModel): readonly string[] {
  return [...Object.keys(nouns), ...commands.map(({ path }) => path)];
}
