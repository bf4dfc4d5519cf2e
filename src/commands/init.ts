import { readFileSync, statSync } from 'node:fs';
import { chmod, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CONFIG_FILE } from '../lib/config/load-config.ts';
import type { Context } from '../lib/context.ts';
import { openArchiveTarget } from '../lib/dlq/archive/archive-target.ts';
import { notReadable } from '../lib/dlq/archive/file-errors.ts';
import { CvopsError } from '../lib/errors/cvops-error.ts';
import { ExitCode } from '../lib/errors/exit-code.ts';
import { configText, keptText } from '../lib/init/config-text.ts';
import { discover } from '../lib/init/discover.ts';
import type { FoundSystem } from '../lib/init/found-system.ts';
import { readInventory } from '../lib/init/read-inventory.ts';
import { findRoots, runTerraform } from '../lib/init/run-terraform.ts';
import { type OutputText, readTerraformOutputs } from '../lib/init/terraform-outputs.ts';
import { plural, text } from '../lib/io/format.ts';
import type { Block, Outcome } from '../lib/io/outcome.ts';
import { readBounded } from '../lib/io/read-bounded.ts';
import { defineCommand } from './command.ts';
import { usageError } from './parse.ts';

interface InitOptions {
  readonly from: 'aws' | 'terraform';
  /** Files with the output of Terraform; `-` for standard input. */
  readonly files: readonly string[];
  readonly terraform: string;
  readonly prefix: string | undefined;
  readonly to: string;
  readonly force: boolean;
  readonly dryRun: boolean;
}

const ROOTS = 'infra/terraform';
/** Far more than the outputs of all roots. */
const MOST_PIPED_BYTES = 16 * 2 ** 20;
/** Names and no secrets: others who work here read it, too. */
const SHARED = 0o644;

export const init = defineCommand<InitOptions>({
  arguments: [
    {
      name: '[files...]',
      description: 'with --from terraform: what `terraform output -json` printed; - reads what is piped in',
    },
  ],
  flags: [
    {
      flags: '--from <source>',
      description: 'where the names come from',
      choices: ['aws', 'terraform'],
      default: 'aws',
    },
    { flags: '--terraform <dir>', description: `a root, or the folder of the roots (default: ${ROOTS})` },
    { flags: '--prefix <text>', description: 'only what begins with this; the services’ names leave it out' },
    { flags: '--to <file>', description: 'the file to write', default: CONFIG_FILE },
    { flags: '--force', description: 'over a file that is there' },
    { flags: '--dry-run', description: 'show what was found and write nothing' },
  ],
  examples: [
    'cvops init --prefix cv-analytics-',
    'cvops init --from terraform',
    'terraform -chdir=infra/terraform/worker output -json | cvops init --from terraform -',
  ],
  parse: (files, flags) => {
    const from = flags['from'] === 'terraform' ? 'terraform' : 'aws';
    // All of a list that commander gives as one argument.
    const given = files.flat().filter((file) => file !== undefined);
    const folder = flags['terraform'] as string | undefined;
    const prefix = flags['prefix'] as string | undefined;
    const to = flags['to'] as string;
    if (from === 'aws' && given.length > 0) throw usageError(`${given[0]} is not read.`, 'add --from terraform.');
    if (from === 'aws' && folder !== undefined) throw usageError('--terraform is not read.', 'add --from terraform.');
    if (from === 'terraform' && prefix !== undefined) throw usageError('--prefix looks at AWS alone.', 'leave it out.');
    if (given.length > 0 && folder !== undefined) {
      throw usageError('--terraform and a file cannot both be had.', 'leave one of them out.');
    }
    if (folder === '' || to === '' || given.includes('') || prefix === '') {
      throw usageError('an empty name.', 'give it a value, or leave it out.');
    }
    if (to === '-') throw usageError('--to writes a file, not standard output.', 'leave it out, or name a file.');
    return {
      from,
      files: given,
      terraform: folder ?? ROOTS,
      prefix,
      to,
      force: flags['force'] === true,
      dryRun: flags['dryRun'] === true,
    };
  },
  run,
});

async function run(options: InitOptions, context: Context): Promise<Outcome> {
  const path = resolve(context.cwd, options.to);
  const before = textOf(path);
  if (before !== null && !options.dryRun) refuseUnasked(path, options, context);
  const kept = keptText(before, path);
  const system = options.from === 'terraform' ? await fromTerraform(options, context) : await fromAws(options, context);
  if (Object.keys(system.services).length === 0) {
    throw new CvopsError(
      'NothingFound',
      ExitCode.notFound,
      `no function was found${options.prefix === undefined ? '' : ` that begins with "${options.prefix}"`}.`,
      {
        hint: `looked in ${system.region ?? 'Terraform'}; check --region, --profile and --prefix.`,
      },
    );
  }
  const content = configText(system, kept);
  if (content === before || options.dryRun)
    return outcome(system, path, options, content === before ? 'same' : 'planned');
  if (before !== null && !options.force) await context.confirm(`Write over ${path}?`);
  const mode = before === null ? SHARED : statSync(path).mode;
  const target = await openArchiveTarget(path, before !== null, context.folders.state);
  try {
    target.add(content);
    await target.finish();
    await chmod(path, mode);
  } finally {
    await target.discard();
  }
  return outcome(system, path, options, 'written');
}

/** Before anything is read: what would be refused in the end is refused at once. */
function refuseUnasked(path: string, { force }: InitOptions, { settings, streams }: Context): void {
  if (force || settings.yes) return;
  if (settings.input && streams.stdin.isTTY && streams.stderr.isTTY) return;
  throw new CvopsError('FileExists', ExitCode.usage, `${path} is there already; nothing was written.`, {
    hint: '--force writes over it and keeps its other fields; --dry-run shows what would be written; --to names another file.',
  });
}

async function fromAws({ prefix }: InitOptions, context: Context): Promise<FoundSystem> {
  const progress = await context.progress();
  progress.update('looking for functions, queues, tables and topics');
  try {
    const [lists, functions, settings, queues] = await Promise.all([
      context.resourceLists(),
      context.functions(),
      context.usage.functions(),
      context.queues(),
    ]);
    const found = discover(await readInventory({ lists, functions, settings, queues }, prefix), prefix);
    return { region: await context.region(), ...found };
  } finally {
    progress.stop();
  }
}

async function fromTerraform(options: InitOptions, context: Context): Promise<FoundSystem> {
  const { cwd, env, signal } = context;
  if (options.files.length === 0) {
    return readTerraformOutputs(await runTerraform(findRoots(resolve(cwd, options.terraform)), { cwd, env, signal }));
  }
  const texts: OutputText[] = [];
  for (const file of options.files) texts.push(file === '-' ? await piped(context) : await fileText(file, cwd));
  return readTerraformOutputs(texts);
}

async function piped({ streams: { stdin }, signal }: Context): Promise<OutputText> {
  if (stdin.isTTY || stdin.read === undefined) {
    throw usageError('- reads what is piped in, and nothing is.', 'name a file, or pipe the output in.');
  }
  const from = 'standard input';
  const bytes = await readBounded(stdin.read(), MOST_PIPED_BYTES, signal);
  if (bytes !== undefined) return { from, text: bytes.toString('utf8') };
  throw usageError(`${from} is longer than ${MOST_PIPED_BYTES / 2 ** 20} MiB.`, 'pipe `terraform output -json` in.');
}

async function fileText(file: string, cwd: string): Promise<OutputText> {
  try {
    return { from: file, text: await readFile(resolve(cwd, file), 'utf8') };
  } catch (cause) {
    throw notReadable(cause, file);
  }
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // What is there and cannot be read is refused when it is written.
    return null;
  }
}

type Done = 'written' | 'same' | 'planned';

function outcome(system: FoundSystem, path: string, options: InitOptions, done: Done): Outcome {
  const { services, region, releaseTable, ambiguous, unused } = system;
  return {
    kind: 'init',
    data: {
      path,
      written: done === 'written',
      source: options.from,
      region,
      releaseTable,
      services,
      ambiguous,
      unused,
    },
    warnings: ambiguous.map((message) => ({ code: 'Ambiguous', message })),
    next: done === 'planned' ? [] : [{ command: 'cvops doctor', why: 'check each of them' }],
    view: () => view(system, path, done),
  };
}

function view({ services, releaseTable, unused }: FoundSystem, path: string, done: Done): readonly Block[] {
  const columns = ['function', 'alias', 'queue', 'dlq', 'table', 'topic'] as const;
  const last = {
    written: `✓ Wrote ${path}`,
    same: `${path} says so already; nothing was written.`,
    planned: `Would write ${path}; nothing was written.`,
  }[done];
  const line = (words: string): Block => ({ kind: 'line', text: words, tone: 'dim' });
  return [
    {
      kind: 'table',
      table: {
        columns: ['SERVICE', ...columns.map((field) => field.toUpperCase())].map((label) => ({ label })),
        rows: Object.entries(services).map(([name, service]) => [
          text(name, 'strong'),
          ...columns.map((field) => text(service[field] ?? null)),
        ]),
      },
    },
    ...(releaseTable === null ? [] : [line(`Releases are remembered in ${releaseTable}.`)]),
    ...(unused.length === 0
      ? []
      : [line(`${plural(unused.length, 'resource')} that no service uses: ${unused.join(', ')}.`)]),
    { kind: 'line', text: last, ...(done === 'written' ? { tone: 'good' as const } : {}) },
  ];
}
