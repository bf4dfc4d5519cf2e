import { parseCommandLine } from './cli.ts';
import type { Clock } from './lib/clock.ts';
import { createContext, type Host } from './lib/context.ts';
import { CvopsError } from './lib/errors/cvops-error.ts';
import { ExitCode } from './lib/errors/exit-code.ts';
import { type Folders, folders } from './lib/folders.ts';
import { caretLines } from './lib/io/caret.ts';
import type { Outcome } from './lib/io/outcome.ts';
import { isColoured, loadPaint } from './lib/io/paint.ts';
import { printable, printableJson } from './lib/io/printable.ts';
import { requireConsentPossible } from './lib/io/prompt.ts';
import { Redactor } from './lib/io/redact.ts';
import { redactedStreams } from './lib/io/redacted-streams.ts';
import { checkQuery, type OutputFormat, render, toErrorDocument } from './lib/io/render.ts';
import { shellWord } from './lib/io/shell-word.ts';
import type { Sink } from './lib/io/streams.ts';
import { readRecord } from './lib/sandbox/record.ts';
import { type GlobalFlags, resolveSettings, type Settings } from './lib/settings.ts';

/**
 * Runs one command line: reads it, does it, writes the result to stdout and all else to stderr.
 * The only place that maps errors to words and exit codes.
 * @param argv the words after `cvops`. @returns the exit code.
 */
export async function run(argv: readonly string[], plainHost: Host): Promise<ExitCode> {
  const redactor = new Redactor(plainHost.env);
  const host = { ...plainHost, streams: redactedStreams(plainHost.streams, redactor) };
  let globals = guessGlobals(argv);
  try {
    const invocation = await parseCommandLine(argv, host.version, widthOf(host.streams.stdout, host.env));
    if (invocation.kind === 'text') {
      host.streams.stdout.write(invocation.text);
      return ExitCode.done;
    }
    globals = invocation.globals;
    const settings = resolveSettings(globals, host.env);
    if (settings.query !== undefined) await checkQuery(settings.query);
    const act = invocation.command.prepare(invocation.args, withoutSecretReason(invocation.flags, redactor));
    const { changes } = invocation.command;
    if (changes !== null && invocation.flags['dryRun'] !== true) {
      requireConsentPossible(host.streams, settings, changes);
    }
    const places = folders(host.env);
    const isInside = settings.sandbox && !OUTSIDE.has(invocation.entry.path[0]!);
    const clock = isInside ? await clockOfSandbox(places, host.clock) : host.clock;
    const outcome = await act(createContext({ ...host, clock }, settings, places, redactor));
    await write(withoutSecrets(sameGlobals(outcome, globals), redactor), settings, host);
    return outcome.exitCode ?? ExitCode.done;
  } catch (cause) {
    return fail(cause, globals, host);
  }
}

/** Commands that steer a sandbox, or bring one along: they keep the local time also where `CVOPS_SANDBOX` is set. */
const OUTSIDE: ReadonlySet<string> = new Set(['sandbox', 'demo']);

/** Which sandbox is missing or stuck, the first call says. */
async function clockOfSandbox({ state }: Folders, local: Clock): Promise<Clock> {
  const record = readRecord(state);
  if (record === undefined) return local;
  const { sandboxClock } = await import('./lib/sandbox/sandbox-clock.ts');
  return sandboxClock(record, local);
}

/** Columns to write for: COLUMNS where it is set, else the terminal's; no bound without a terminal. */
function widthOf({ isTTY, columns }: Sink, env: Host['env']): number {
  const set = Number(env['COLUMNS']);
  if (Number.isInteger(set) && set > 0) return set;
  return isTTY ? columns : Number.POSITIVE_INFINITY;
}

/** A reason is written where others read it, too: the release ledger, the alias, a workspace's lock. */
function withoutSecretReason(flags: Readonly<Record<string, unknown>>, redactor: Redactor) {
  return 'reason' in flags ? { ...flags, reason: redactor.value(flags['reason']) } : flags;
}

/** Before it is laid out: of a secret that a table cuts or wraps, a part would stay. */
function withoutSecrets(outcome: Outcome, redactor: Redactor): Outcome {
  return { ...redactor.value(outcome), view: () => redactor.value(outcome.view()) };
}

/** What comes next goes where this command went: the flags that said where are said again. */
function sameGlobals(outcome: Outcome, globals: GlobalFlags): Outcome {
  const { config, profile, region, endpointUrl, sandbox } = globals;
  const said = Object.entries({ config, profile, region, 'endpoint-url': endpointUrl })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` --${name} ${shellWord(value!)}`)
    .concat(sandbox === true ? [' --sandbox'] : [])
    .join('');
  if (said === '' || outcome.next === undefined) return outcome;
  const next = outcome.next.map((each) =>
    /^cvops (?!sandbox |.*--sandbox)/.test(each.command) ? { ...each, command: withFlags(each.command, said) } : each,
  );
  return { ...outcome, next };
}

/** At the end, but for a command with operands behind `--`, where nothing is a flag. */
function withFlags(command: string, flags: string): string {
  return command.includes(' -- ') ? command.replace(/^cvops/, () => `cvops${flags}`) : command + flags;
}

function oneLine(text: string): string {
  return printable(text.replace(/\s*\n\s*/g, ' '));
}

async function write(outcome: Outcome, settings: Settings, host: Host): Promise<void> {
  const { stdout, stderr } = host.streams;
  const format: OutputFormat = settings.output ?? (stdout.isTTY ? 'table' : 'tsv');
  const paint = await loadPaint(stdout, host.env, settings.color);
  stdout.write(await render(outcome, format, settings.query, paint, widthOf(stdout, host.env)));
  if (format === 'json' || settings.quiet) return;
  const paintNote = await loadPaint(stderr, host.env, settings.color);
  for (const warning of outcome.warnings ?? [])
    stderr.write(`${paintNote('warn', 'Warning:')} ${printable(warning.message)}\n`);
  const [next] = outcome.next ?? [];
  if (next !== undefined && format === 'table') {
    for (const { command, why } of outcome.next ?? []) stderr.write(`${paintNote('dim', `${why}:`)} ${command}\n`);
  }
}

function fail(cause: unknown, globals: GlobalFlags, host: Host): ExitCode {
  const { stdout, stderr } = host.streams;
  const error = cause instanceof CvopsError ? cause : asBug(cause);
  if (wantsDocument(globals, host.env)) {
    stdout.write(`${printableJson(toErrorDocument(error), 2)}\n`);
  }
  const red = isColoured(stderr, host.env, globals.color ?? true);
  stderr.write(`${red ? '\u001b[31mError:\u001b[39m' : 'Error:'} ${oneLine(error.message)}\n`);
  const { expression, position = null } = error.details ?? {};
  if (stderr.isTTY && expression !== undefined && position !== null) {
    stderr.write(caretLines(expression, position, widthOf(stderr, host.env)));
  }
  if (error.hint !== undefined) stderr.write(`Hint: ${oneLine(error.hint)}\n`);
  if (globals.debug === true || (host.env['CVOPS_DEBUG'] ?? '') !== '') {
    for (let each: unknown = cause; each instanceof Error; each = each.cause) stderr.write(`${each.stack}\n`);
  }
  return error.exitCode;
}

function wantsDocument({ json, output, query }: GlobalFlags, env: Host['env']): boolean {
  return json === true || query !== undefined || (output ?? env['CVOPS_OUTPUT']) === 'json';
}

function asBug(cause: unknown): CvopsError {
  const message = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  return new CvopsError('Bug', ExitCode.bug, `this is a bug in cvops: ${message}`, {
    hint: 'run it again with --debug and report what it prints.',
    cause,
  });
}

/** Which format errors are wanted in, for a command line that cannot be read. */
function guessGlobals(argv: readonly string[]): GlobalFlags {
  const output = argv.find((word, i) => argv[i - 1] === '--output' || word.startsWith('--output='));
  return {
    json: argv.includes('--json') || output?.replace('--output=', '') === 'json',
    debug: argv.includes('--debug'),
    color: !argv.includes('--no-color'),
  };
}
