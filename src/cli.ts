import { Command as Commander, CommanderError, Option } from 'commander';
import type { Command } from './commands/command.ts';
import { usageError } from './commands/parse.ts';
import { nouns, type RegistryEntry, registry } from './commands/registry.ts';
import { closest } from './lib/errors/closest.ts';
import type { CvopsError } from './lib/errors/cvops-error.ts';
import type { GlobalFlags } from './lib/settings.ts';

/** What the command line asks for. */
export type Invocation =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'command';
      readonly entry: RegistryEntry;
      readonly command: Command;
      readonly args: readonly (string | undefined)[];
      readonly flags: Readonly<Record<string, unknown>>;
      readonly globals: GlobalFlags;
    };

/** Global flags, named once: they work before and after the command. */
export const GLOBAL_FLAGS: readonly (readonly [flags: string, description: string])[] = [
  ['--config <file>', 'configuration file (default: the nearest cvops.config.json)'],
  ['--profile <name>', 'AWS profile'],
  ['--region <region>', 'AWS region'],
  ['--endpoint-url <url>', 'send every AWS call there'],
  ['--sandbox', 'use the running local sandbox'],
  ['--output <format>', 'table, json, ndjson, tsv or markdown'],
  ['--json', 'same as --output json'],
  ['--query <jmespath>', 'narrow the JSON document'],
  ['--no-color', 'no colour'],
  ['--quiet', 'no progress, no notes'],
  ['--debug', 'every AWS call, and stack traces'],
  ['--yes', 'answer yes to every question'],
  ['--no-input', 'never ask'],
];

/** Global flags that take a value: the word behind them is no command. */
const WITH_VALUE = new Set(
  GLOBAL_FLAGS.filter(([flags]) => flags.includes('<')).map(([flags]) => flags.split(' ')[0]!),
);

/**
 * Reads the command line. Loads only the code of the command that is named.
 * @param words what stands after `cvops`. @param width columns that help may take; 100 at most. @throws CvopsError `UsageError`.
 */
export async function parseCommandLine(words: readonly string[], version: string, width: number): Promise<Invocation> {
  const argv = words[0] === 'help' && words.length > 1 ? helpFor(words.slice(1)) : words;
  const entry = find(argv);
  const command = await entry?.load();
  const printed: string[] = [];
  const configure = (each: Commander) => configured(each, printed, Math.min(width, 100));
  let invocation: Invocation | undefined;

  const program = configure(new Commander('cvops'))
    .description("the operator's tool for small serverless systems on AWS")
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'help')
    .helpCommand('help [command]', 'help for a command')
    .addHelpText('after', '\nStart with: cvops doctor, cvops demo\nHelp for one command: cvops dlq replay --help');
  for (const [flags, description] of GLOBAL_FLAGS) program.addOption(new Option(flags, description));

  for (const [noun, summary] of Object.entries(nouns)) configure(program.command(noun)).description(summary);
  for (const each of registry) {
    const parent = each.path.length === 1 ? program : program.commands.find((child) => child.name() === each.path[0])!;
    const node = configure(parent.command(each.path.at(-1)!)).description(each.summary);
    if (each !== entry || command === undefined) continue;
    for (const argument of command.arguments) node.argument(argument.name, argument.description);
    for (const flag of command.flags) {
      const option = new Option(flag.flags, flag.description);
      if (flag.choices !== undefined) option.choices([...flag.choices]);
      if (flag.default !== undefined) option.default(flag.default);
      node.addOption(option);
    }
    if (command.examples.length > 0) {
      node.addHelpText('after', `\nExamples:\n${command.examples.map((example) => `  ${example}`).join('\n')}`);
    }
    node.addHelpText('after', '\nGlobal flags: cvops --help');
    node.action(() => {
      invocation = {
        kind: 'command',
        entry: each,
        command,
        args: node.processedArgs,
        flags: node.opts(),
        globals: program.opts(),
      };
    });
  }

  try {
    if (argv.length === 0) return { kind: 'text', text: program.helpInformation() };
    await program.parseAsync([...argv], { from: 'user' });
  } catch (cause) {
    if (!(cause instanceof CommanderError)) throw cause;
    if (
      cause.code === 'commander.helpDisplayed' ||
      cause.code === 'commander.version' ||
      (cause.code === 'commander.help' && cause.exitCode === 0)
    ) {
      return { kind: 'text', text: printed.join('') };
    }
    throw fromCommander(cause, argv);
  }
  if (invocation === undefined) throw usageError('no command given.', 'see `cvops --help`.');
  return invocation;
}

/** Commander's own `help` knows one level only; a name that is not there is refused as without `help`. */
function helpFor(words: readonly string[]): readonly string[] {
  const isKnown = find(words) !== undefined || (words.length === 1 && words[0]! in nouns) || words[0] === 'help';
  return isKnown || words[0]!.startsWith('-') ? [...words, '--help'] : words;
}

/** The registry entry that the words name, global flags and their values skipped. */
function find(argv: readonly string[]): RegistryEntry | undefined {
  const words = operands(argv);
  return (
    registry.find(({ path }) => path.length === 2 && path[0] === words[0] && path[1] === words[1]) ??
    registry.find(({ path }) => path.length === 1 && path[0] === words[0])
  );
}

/** The words that are neither flags nor values of global flags; a leading `help` is passed over. */
function operands(argv: readonly string[]): readonly string[] {
  const words: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i]!;
    if (word === '--') break;
    if (WITH_VALUE.has(word)) i++;
    else if (!word.startsWith('-') && !(words.length === 0 && word === 'help')) words.push(word);
  }
  return words;
}

function configured(command: Commander, printed: string[], width: number): Commander {
  return (
    command
      .exitOverride()
      .allowExcessArguments(false)
      .showSuggestionAfterError(true)
      // Descriptions are wrapped on narrow terminals, too.
      .configureHelp({ minWidthToWrap: 20 })
      .configureOutput({ writeOut: (text) => printed.push(text), writeErr: () => {}, getOutHelpWidth: () => width })
  );
}

/** One line and a hint from commander's message, which may hold a suggestion in brackets. */
function fromCommander(cause: CommanderError, argv: readonly string[]): CvopsError {
  const words = operands(argv);
  if (cause.code === 'commander.unknownCommand') return unknownCommand(words);
  if (cause.code === 'commander.help') {
    const noun = words[0] ?? '';
    const verbs = registry.filter(({ path }) => path.length === 2 && path[0] === noun).map(({ path }) => path[1]!);
    return usageError(`cvops ${noun} needs a verb.`, `one of: ${verbs.join(', ')}.`);
  }
  const [first = '', ...rest] = cause.message.replace(/^error: /, '').split('\n');
  const suggestion = /\(Did you mean (?:one of )?(.+)\?\)/.exec(rest.join(' '))?.[1];
  return usageError(
    `${first.replace(/\.$/, '')}.`,
    suggestion === undefined ? 'add --help to see what this command takes.' : `did you mean ${suggestion}?`,
  );
}

/** Suggests the nearest command, or the noun whose verb this is. */
function unknownCommand([first = '', second]: readonly string[]): CvopsError {
  const paths = registry.map(({ path }) => path.join(' '));
  const word = first in nouns && second !== undefined ? `${first} ${second}` : first;
  const candidates = word.includes(' ')
    ? paths.filter((path) => path.startsWith(`${first} `))
    : [...Object.keys(nouns), ...paths];
  const near = paths.find((path) => path.endsWith(` ${word}`)) ?? closest(word, candidates);
  return usageError(
    `unknown command "${word}".`,
    near === undefined ? 'see `cvops --help`.' : `did you mean "${near}"?`,
  );
}
