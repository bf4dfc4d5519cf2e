import { parseCommandLine } from './cli.ts';
import { createContext, type Host } from './lib/context.ts';
import { CvopsError } from './lib/errors/cvops-error.ts';
import { ExitCode } from './lib/errors/exit-code.ts';
import { folders } from './lib/folders.ts';
import type { Outcome } from './lib/io/outcome.ts';
import { isColoured, loadPaint } from './lib/io/paint.ts';
import { requireConsentPossible } from './lib/io/prompt.ts';
import { checkQuery, type OutputFormat, render, toErrorDocument } from './lib/io/render.ts';
import { type GlobalFlags, resolveSettings, type Settings } from './lib/settings.ts';

/**
 * Runs one command line: reads it, does it, writes the result to stdout and all else to stderr.
 * The only place that maps errors to words and exit codes.
 * @param argv the words after `cvops`. @returns the exit code.
 */
export async function run(argv: readonly string[], host: Host): Promise<ExitCode> {
  let globals = guessGlobals(argv);
  try {
    const invocation = await parseCommandLine(argv, host.version);
    if (invocation.kind === 'text') {
      host.streams.stdout.write(invocation.text);
      return ExitCode.done;
    }
    globals = invocation.globals;
    const settings = resolveSettings(globals, host.env);
    if (settings.query !== undefined) await checkQuery(settings.query);
    const act = invocation.command.prepare(invocation.args, invocation.flags);
    if (invocation.command.changesAws && invocation.flags['dryRun'] !== true) {
      requireConsentPossible(host.streams, settings);
    }
    const outcome = await act(createContext(host, settings, folders(host.env)));
    await write(outcome, settings, host);
    return outcome.exitCode ?? ExitCode.done;
  } catch (cause) {
    return fail(cause, globals, host);
  }
}

async function write(outcome: Outcome, settings: Settings, host: Host): Promise<void> {
  const { stdout, stderr } = host.streams;
  const format: OutputFormat = settings.output ?? (stdout.isTTY ? 'table' : 'tsv');
  const paint = await loadPaint(stdout, host.env, settings.color);
  stdout.write(await render(outcome, format, settings.query, paint));
  if (format === 'json' || settings.quiet) return;
  const paintNote = await loadPaint(stderr, host.env, settings.color);
  for (const warning of outcome.warnings ?? []) stderr.write(`${paintNote('warn', 'Warning:')} ${warning.message}\n`);
  const [next] = outcome.next ?? [];
  if (next !== undefined && format === 'table') {
    for (const { command, why } of outcome.next ?? []) stderr.write(`${paintNote('dim', `${why}:`)} ${command}\n`);
  }
}

function fail(cause: unknown, globals: GlobalFlags, host: Host): ExitCode {
  const { stdout, stderr } = host.streams;
  const error = cause instanceof CvopsError ? cause : asBug(cause);
  if (wantsDocument(globals, host.env)) {
    stdout.write(`${JSON.stringify(toErrorDocument(error), null, 2)}\n`);
  }
  const red = isColoured(stderr, host.env, globals.color ?? true);
  stderr.write(`${red ? '\u001b[31mError:\u001b[39m' : 'Error:'} ${error.message.replace(/\s*\n\s*/g, ' ')}\n`);
  if (error.hint !== undefined) stderr.write(`Hint: ${error.hint}\n`);
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
