import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import type { Context } from '../../lib/context.ts';
import {
  credentialsOf,
  decodeValues,
  type PushedCredentials,
  parseValues,
  variablesFor,
} from '../../lib/credentials/pushed-credentials.ts';
import { CvopsError } from '../../lib/errors/cvops-error.ts';
import { ExitCode } from '../../lib/errors/exit-code.ts';
import { isInterruption } from '../../lib/errors/is-interruption.ts';
import { connectHcp } from '../../lib/hcp/connect.ts';
import { plural, text } from '../../lib/io/format.ts';
import type { Outcome, Warning } from '../../lib/io/outcome.ts';
import { printable } from '../../lib/io/printable.ts';
import { readBounded } from '../../lib/io/read-bounded.ts';
import { defineCommand, dryRunFlag } from '../command.ts';
import { usageError } from '../parse.ts';
import { chosenServices, parseServices, servicesArgument } from './chosen-services.ts';
import { overriddenBySets } from './overridden-by-sets.ts';

interface PushOptions {
  readonly services: readonly string[];
  readonly fromStdin: boolean;
  readonly varFile: string | undefined;
  readonly dryRun: boolean;
}

interface PushedWorkspace {
  readonly service: string;
  readonly workspace: string;
  readonly status: 'pushed' | 'partly' | 'not-pushed';
  readonly variables: readonly { readonly key: string; readonly sensitive: boolean; readonly created: boolean }[];
}

/** Of values, wherever they are from: more is another file. */
const MOST_BYTES = 65_536;

export const credentialsPush = defineCommand<PushOptions>({
  arguments: [servicesArgument],
  flags: [
    {
      flags: '--from-stdin',
      description: 'read KEY=VALUE lines or JSON from standard input instead of the environment',
    },
    { flags: '--var-file <file>', description: 'read them from this file instead' },
    dryRunFlag,
  ],
  examples: [
    'cvops credentials push --dry-run',
    'pass show aws/terraform | cvops credentials push worker --from-stdin --yes',
  ],
  changes: 'HCP Terraform',
  parse: (args, flags) => {
    const options = {
      services: parseServices(args),
      fromStdin: flags['fromStdin'] === true,
      varFile: flags['varFile'] as string | undefined,
      dryRun: flags['dryRun'] === true,
    };
    if (options.fromStdin && options.varFile !== undefined) {
      throw usageError('--from-stdin and --var-file cannot both be had.', 'leave one of them out.');
    }
    if (options.varFile === '') throw usageError('--var-file is empty.', 'name a file, or leave it out.');
    return options;
  },
  run: push,
});

async function push(options: PushOptions, context: Context): Promise<Outcome> {
  const credentials = await readCredentials(options, context);
  const services = chosenServices(await context.config(), options.services);
  const client = await connectHcp(context);
  // All are looked up before the first is written: a name that is wrong changes nothing.
  const targets = await Promise.all(
    services.map(async ({ name, workspace }) => ({ name, workspace: await client.workspace(workspace) })),
  );
  const inputs = variablesFor(credentials, context.clock.now());
  const overridden = await overriddenBySets(
    client,
    targets.map(({ workspace }) => workspace),
    inputs,
  );
  const names = targets.map(({ workspace }) => workspace.name).join(', ');
  const done: PushedWorkspace[] = targets.map(({ name, workspace }) => ({
    service: name,
    workspace: workspace.name,
    status: 'not-pushed',
    variables: [],
  }));
  if (options.dryRun) return outcome(done, inputs.length, overridden, true, undefined);
  const known = overridden.map(({ message }) => `${message} `).join('');
  await context.confirm(
    printable(`${known}Write the AWS credentials (key ending in ${credentials.accessKeyId.slice(-4)}) to ${names}?`),
  );
  let failure: CvopsError | undefined;
  for (const [i, { workspace }] of targets.entries()) {
    try {
      for (const input of inputs) {
        context.signal.throwIfAborted();
        const { created, variable } = await client.putVariable(workspace, input);
        const { variables } = done[i]!;
        done[i] = {
          ...done[i]!,
          status: variables.length + 1 === inputs.length ? 'pushed' : 'partly',
          variables: [...variables, { key: input.key, sensitive: variable.sensitive, created }],
        };
      }
    } catch (cause) {
      if (!(cause instanceof CvopsError) || done.every(({ status }) => status === 'not-pushed')) throw cause;
      failure = cause;
      break;
    }
  }
  return outcome(done, inputs.length, overridden, false, failure);
}

function outcome(
  done: readonly PushedWorkspace[],
  variables: number,
  overridden: readonly Warning[],
  dryRun: boolean,
  failure: CvopsError | undefined,
): Outcome {
  const left = done.filter(({ status }) => status !== 'pushed');
  const again = `cvops credentials push ${left.map(({ service }) => service).join(' ')}`;
  const line = dryRun
    ? `Would write ${plural(variables, 'variable')} to ${plural(done.length, 'workspace')}. Nothing was written.`
    : failure === undefined
      ? `✓ Wrote ${plural(variables, 'variable')} to ${plural(done.length, 'workspace')}.`
      : `Wrote ${done.length - left.length} of ${plural(done.length, 'workspace')}.`;
  return {
    kind: 'credentials.push',
    data: { dryRun, workspaces: done },
    items: done,
    warnings: [...overridden, ...(failure === undefined ? [] : [{ code: failure.code, message: failure.message }])],
    next:
      dryRun || failure !== undefined
        ? [{ command: again, why: dryRun ? 'do it' : 'write the others' }]
        : [{ command: 'cvops credentials check', why: 'what each workspace holds' }],
    ...(failure === undefined ? {} : { exitCode: isInterruption(failure) ? failure.exitCode : ExitCode.partial }),
    view: () => [
      {
        kind: 'table',
        table: {
          columns: [{ label: 'Service' }, { label: 'Workspace' }, { label: 'Status' }, { label: 'Variables' }],
          rows: done.map(({ service, workspace, status, variables: written }) => [
            text(service),
            text(workspace),
            text(status, status === 'pushed' ? 'good' : status === 'partly' ? 'bad' : 'dim'),
            text(written.map(({ key }) => key).join(', ') || null),
          ]),
        },
      },
      { kind: 'line', text: line, ...(failure === undefined && !dryRun ? { tone: 'good' as const } : {}) },
    ],
  };
}

/** From one place only: a key of one and a secret of another would be a pair that no one meant. */
async function readCredentials({ fromStdin, varFile }: PushOptions, context: Context): Promise<PushedCredentials> {
  const { env, streams } = context;
  let values = env;
  let source = 'the environment';
  if (fromStdin) {
    source = 'standard input';
    if (streams.stdin.isTTY || streams.stdin.read === undefined) {
      throw usageError(
        '--from-stdin reads a pipe, and standard input is a terminal.',
        'e.g. pass show aws/terraform | cvops credentials push --from-stdin',
      );
    }
    values = parseValues(await textOf(streams.stdin.read(), source, context.signal), source);
  } else if (varFile !== undefined) {
    source = varFile;
    const text = await textOf(createReadStream(resolve(context.cwd, varFile)), source).catch((cause) => {
      if (cause instanceof CvopsError) throw cause;
      throw new CvopsError('VarFileUnreadable', ExitCode.setup, `cannot read ${varFile} (${cause.code}).`, {
        hint: 'nothing was pushed.',
      });
    });
    values = parseValues(text, source);
  }
  if (values !== env) for (const value of Object.values(values)) context.redactor.learn(value);
  return credentialsOf(values, source);
}

async function textOf(stream: AsyncIterable<Uint8Array>, source: string, signal?: AbortSignal): Promise<string> {
  const bytes = await readBounded(stream, MOST_BYTES, signal);
  if (bytes !== undefined) return decodeValues(bytes);
  throw usageError(`${source} is longer than ${MOST_BYTES / 1024} KiB.`, 'four values are wanted; nothing was pushed.');
}
