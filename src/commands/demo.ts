import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from '../lib/context.ts';
import { ExitCode } from '../lib/errors/exit-code.ts';
import { folders } from '../lib/folders.ts';
import { count, formatCount } from '../lib/io/format.ts';
import type { Outcome } from '../lib/io/outcome.ts';
import { isColoured, loadPaint, type Paint } from '../lib/io/paint.ts';
import type { Progress } from '../lib/io/progress.ts';
import type { Sink } from '../lib/io/streams.ts';
import type { DemoFigures } from '../lib/sandbox/demo-story.ts';
import { defineCommand } from './command.ts';

/** One step of the story, as JSON tells it. */
interface Step {
  readonly id: string;
  readonly title: string;
  readonly remarks: string[];
  /** As one would type it; null where the story does it itself. */
  command: string | null;
  exitCode: number | null;
  /** The command's JSON document with `--json`, else null. */
  document: unknown;
  durationMs: number;
}

export const demo = defineCommand<object>({
  examples: ['cvops demo', 'cvops demo --json'],
  parse: () => ({}),
  run,
});

async function run(_: object, context: Context): Promise<Outcome> {
  const [{ startSandbox }, { DemoStage }, story, { writeRecord }, { sandboxFolder }] = await Promise.all([
    import('../lib/sandbox/start-sandbox.ts'),
    import('../lib/sandbox/demo-stage.ts'),
    import('../lib/sandbox/demo-story.ts'),
    import('../lib/sandbox/record-file.ts'),
    import('../lib/sandbox/record.ts'),
  ]);
  const started = context.clock.now();
  const home = mkdtempSync(join(tmpdir(), 'cvops-demo-'));
  const progress = await context.progress();
  try {
    progress.update('Starting the sandbox');
    const sandbox = await startSandbox({ rate: 0 });
    try {
      const env = environment(context, home);
      const { state } = folders(env);
      mkdirSync(sandboxFolder(state), { recursive: true, mode: 0o700 });
      writeRecord(state, {
        pid: process.pid,
        endpoint: sandbox.endpoint,
        workerUrl: sandbox.workerUrl,
        region: sandbox.region,
        startedAt: new Date().toISOString(),
        version: context.version,
      });
      const stage = new DemoStage(sandbox);
      const show = await Show.open(context, progress, stage, env, started);
      show.line(`The example system runs in this process, on ${sandbox.endpoint}, in simulated time.`);
      show.command('export CVOPS_SANDBOX=1');
      const figures = await story.tellDemo(stage, show, context.signal);
      const right = story.figuresLine(figures) === story.figuresLine(story.expectedFigures());
      show.end(figures, story.figuresLine(figures), right);
      return outcome(show.steps, figures, right, show.tells, context.clock.now() - started);
    } finally {
      await sandbox.close();
    }
  } finally {
    progress.stop();
    rmSync(home, { recursive: true, force: true });
  }
}

/** Commands of the demo see nothing of the user's own settings, and find the demo's sandbox. */
function environment(context: Context, home: string): Readonly<Record<string, string | undefined>> {
  const { stdout } = context.streams;
  return {
    PATH: context.env['PATH'],
    HOME: home,
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_STATE_HOME: join(home, 'state'),
    CVOPS_SANDBOX: '1',
    ...(isColoured(stdout, context.env, context.settings.color) ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' }),
  };
}

/** Moves the time in which the commands run. */
interface Timekeeper {
  readonly clock: Context['clock'];
  whileTimePasses<T>(work: Promise<T>): Promise<T>;
}

type RunCommandLine = typeof import('../main.ts')['run'];

/** Shows the story on stdout while it happens, or keeps it for the JSON document. */
class Show {
  readonly steps: Step[] = [];
  /** Is the story told as text? Other formats get its figures and steps at the end. */
  readonly tells: boolean;
  readonly #context: Context;
  readonly #progress: Progress;
  readonly #stage: Timekeeper;
  readonly #env: Context['env'];
  readonly #paint: Awaited<ReturnType<typeof loadPaint>>;
  readonly #run: typeof import('../main.ts')['run'];
  #stepStarted: number;

  private constructor(
    context: Context,
    progress: Progress,
    stage: Timekeeper,
    env: Context['env'],
    started: number,
    paint: Paint,
    run: RunCommandLine,
  ) {
    const { output } = context.settings;
    this.tells = output === undefined || output === 'table';
    this.#context = context;
    this.#progress = progress;
    this.#stage = stage;
    this.#env = env;
    this.#stepStarted = started;
    this.#paint = paint;
    this.#run = run;
  }

  static async open(
    context: Context,
    progress: Progress,
    stage: Timekeeper,
    env: Context['env'],
    started: number,
  ): Promise<Show> {
    const paint = await loadPaint(context.streams.stdout, context.env, context.settings.color);
    // Loaded here: main.ts loads this file.
    const { run } = await import('../main.ts');
    return new Show(context, progress, stage, env, started, paint, run);
  }

  narrate(id: string, title: string): void {
    this.#closeStep();
    this.steps.push({ id, title, remarks: [], command: null, exitCode: null, document: null, durationMs: 0 });
    this.line('');
    this.line(this.#paint('dim', `# ${title}`));
  }

  remark(text: string): void {
    this.steps.at(-1)?.remarks.push(text);
    this.line(text);
  }

  progress(text: string): void {
    this.#progress.update(text);
  }

  line(text: string): void {
    this.#progress.stop();
    if (this.tells) this.#context.streams.stdout.write(`${text}\n`);
  }

  command(text: string): void {
    this.line(`${this.#paint('accent', '$')} ${this.#paint('strong', text)}`);
  }

  async run(argv: readonly string[]): Promise<number> {
    const step = this.steps.at(-1)!;
    step.command = `cvops ${argv.join(' ')}`;
    this.command(step.command);
    const result = await this.#cvops(this.tells ? argv : [...argv, '--json']);
    if (this.tells) this.#context.streams.stdout.write(result.stdout);
    else step.document = JSON.parse(result.stdout);
    if (result.code !== ExitCode.done) this.#context.streams.stderr.write(result.stderr);
    step.exitCode = result.code;
    return result.code;
  }

  async ask(argv: readonly string[]) {
    const { stdout } = await this.#cvops([...argv, '--json']);
    return JSON.parse(stdout).data;
  }

  end(figures: DemoFigures, line: string, right: boolean): void {
    this.#closeStep();
    const words: Readonly<Record<keyof DemoFigures, string>> = {
      written: 'events in the table',
      dead: 'messages in the dead-letter queue before the replay',
      replayed: 'sent again, says the ledger of the run',
      verified: 'processed after that, says the verdict',
      lost: 'events sent that are not in the table',
      twice: 'items too many, or second writes',
    };
    for (const [name, what] of Object.entries(words) as [keyof DemoFigures, string][]) {
      this.line(`${name.padEnd(8)}  ${formatCount(figures[name]).padStart(6)}  ${this.#paint('dim', what)}`);
    }
    this.line('');
    this.line(this.#paint(right ? 'good' : 'bad', `${right ? '✓' : '✗'} ${line}`));
  }

  /** One command line in this process: a terminal's tables, in the demo's time. */
  async #cvops(argv: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const { streams, signal, version, cwd } = this.#context;
    const stdout = new Capture(true, streams.stdout.columns);
    const stderr = new Capture(false, streams.stderr.columns);
    const code = await this.#stage.whileTimePasses(
      this.#run(argv, {
        streams: { stdin: { isTTY: false }, stdout, stderr },
        env: this.#env,
        cwd,
        clock: this.#stage.clock,
        signal,
        version,
      }),
    );
    return { code, stdout: stdout.text, stderr: stderr.text };
  }

  #closeStep(): void {
    const now = this.#context.clock.now();
    const step = this.steps.at(-1);
    if (step !== undefined) step.durationMs = now - this.#stepStarted;
    this.#stepStarted = now;
  }
}

/** Keeps what a command writes. */
class Capture implements Sink {
  readonly isTTY: boolean;
  readonly columns: number;
  text = '';

  constructor(isTTY: boolean, columns: number) {
    this.isTTY = isTTY;
    this.columns = columns;
  }

  write(text: string): void {
    this.text += text;
  }
}

function outcome(
  steps: readonly Step[],
  figures: DemoFigures,
  right: boolean,
  told: boolean,
  durationMs: number,
): Outcome {
  return {
    kind: 'demo',
    data: { steps, figures, durationMs },
    items: steps,
    ...(right ? {} : { exitCode: ExitCode.failed }),
    ...(told ? { toldIn: ['table', 'tsv'] } : {}),
    view: () => [
      {
        kind: 'table',
        table: {
          columns: [{ label: 'FIGURE' }, { label: 'COUNT', align: 'right' }],
          rows: Object.entries(figures).map(([name, value]) => [{ raw: name }, count(value)]),
        },
      },
    ],
  };
}
