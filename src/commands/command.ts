import type { Context } from '../lib/context.ts';
import type { Outcome } from '../lib/io/outcome.ts';

/** One flag of a command, as data: help, parsing, docs and completion come from it. */
export interface FlagSpec {
  /** commander's form: `--max <n>`, `--dry-run`, `--no-verify`. */
  readonly flags: string;
  readonly description: string;
  readonly choices?: readonly string[];
  readonly default?: string | boolean;
}

export interface CommandSpec<O> {
  /** Positional arguments in commander's form: `[service]`, `<run>`. */
  readonly arguments?: readonly { readonly name: string; readonly description: string }[];
  readonly flags?: readonly FlagSpec[];
  readonly examples?: readonly string[];
  /** What it changes, in words, where that is not AWS; with `dryRunFlag`. */
  readonly changes?: string;
  /** From text to typed options; throws CvopsError `UsageError`. No I/O. */
  parse(args: readonly (string | undefined)[], flags: Readonly<Record<string, unknown>>): O;
  run(options: O, context: Context): Promise<Outcome>;
}

/** A command whose options type is closed over; what the registry holds. */
export interface Command {
  readonly arguments: NonNullable<CommandSpec<unknown>['arguments']>;
  readonly flags: readonly FlagSpec[];
  readonly examples: readonly string[];
  /** What it changes (it has `--dry-run` then): without a terminal it needs `--yes`. Null when it only looks. */
  readonly changes: string | null;
  /** Parses; the answer runs the command. */
  prepare(
    args: readonly (string | undefined)[],
    flags: Readonly<Record<string, unknown>>,
  ): (context: Context) => Promise<Outcome>;
}

/** The flag that every changing command has. */
export const dryRunFlag: FlagSpec = {
  flags: '--dry-run',
  description: 'walk the same path and stop before each change',
};

/** @param runInstead stands in for `run`, so that parsing is tested alone. */
export function defineCommand<O>(spec: CommandSpec<O>, runInstead?: CommandSpec<O>['run']): Command {
  const run = runInstead ?? spec.run;
  return {
    arguments: spec.arguments ?? [],
    flags: spec.flags ?? [],
    examples: spec.examples ?? [],
    changes: spec.flags?.includes(dryRunFlag) === true ? (spec.changes ?? 'AWS') : null,
    prepare(args, flags) {
      const options = spec.parse(args, flags);
      return (context) => run(options, context);
    },
  };
}
