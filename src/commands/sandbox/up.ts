import type { Context } from '../../lib/context.ts';
import type { Outcome } from '../../lib/io/outcome.ts';
import type { DaemonOptions } from '../../lib/sandbox/daemon.ts';
import type { SandboxRecord } from '../../lib/sandbox/record.ts';
import { defineCommand } from '../command.ts';
import { parseCount, usageError } from '../parse.ts';
import { sandboxData, sandboxFields, sandboxNext } from './view.ts';

interface UpOptions {
  /** 0 takes a free port. */
  readonly port: number;
  readonly speed: number;
  readonly foreground: boolean;
}

export const sandboxUp = defineCommand<UpOptions>({
  flags: [
    { flags: '--port <n>', description: 'port of the AWS endpoint on 127.0.0.1 (default: a free one)' },
    { flags: '--speed <n>', description: 'simulated seconds for each real second, 1 to 3600 (default: 1)' },
    { flags: '--foreground', description: 'stay in this terminal; Ctrl-C stops it' },
  ],
  examples: ['cvops sandbox up', 'cvops sandbox up --port 4566', 'cvops sandbox up --speed 60 --foreground'],
  parse: (_, flags) => ({
    port: parseCount(flags['port'], '--port', 1, 65_535) ?? 0,
    speed: parseSpeed(flags['speed']),
    foreground: flags['foreground'] === true,
  }),
  run: up,
});

function parseSpeed(value: unknown): number {
  if (value === undefined) return 1;
  const speed = /^\d+(\.\d+)?$/.test(String(value)) ? Number(value) : Number.NaN;
  if (speed >= 1 && speed <= 3600) return speed;
  throw usageError(`--speed ${JSON.stringify(value)} is not a number from 1 to 3600.`);
}

async function up(options: UpOptions, context: Context): Promise<Outcome> {
  const daemon: DaemonOptions = {
    stateFolder: context.folders.state,
    port: options.port,
    speed: options.speed,
    version: context.version,
  };
  if (options.foreground) return serve(daemon, context);
  const { launchDaemon } = await import('../../lib/sandbox/launch.ts');
  const progress = await context.progress();
  progress.update('Starting the sandbox');
  try {
    const record = await launchDaemon({ daemon, env: context.env, signal: context.signal });
    return outcome(record, '✓ The sandbox is up.');
  } finally {
    progress.stop();
  }
}

/** Serves from this process until Ctrl-C, which is how it is meant to end: exit code 0. */
async function serve(options: DaemonOptions, context: Context): Promise<Outcome> {
  const { startDaemon } = await import('../../lib/sandbox/daemon.ts');
  const daemon = await startDaemon(options);
  try {
    context.note(`The sandbox is up: ${daemon.record.endpoint} (worker ${daemon.record.workerUrl}). Ctrl-C stops it.`);
    await new Promise<void>((resolve) => {
      if (context.signal.aborted) resolve();
      else context.signal.addEventListener('abort', () => resolve(), { once: true });
    });
  } finally {
    await daemon.close();
  }
  return { ...outcome(daemon.record, 'The sandbox is down.'), next: [] };
}

function outcome(record: SandboxRecord, headline: string): Outcome {
  return {
    kind: 'sandbox.up',
    data: sandboxData(record),
    next: sandboxNext(record),
    view: () => [{ kind: 'line', text: headline, tone: 'good' }, sandboxFields(record)],
  };
}
