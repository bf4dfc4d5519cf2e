import { GLOBAL_FLAGS } from '../cli.ts';
import { type CompletionModel, completionFlag, completionOperands } from '../lib/completion/completion-model.ts';
import type { Context } from '../lib/context.ts';
import { text } from '../lib/io/format.ts';
import type { Outcome } from '../lib/io/outcome.ts';
import { OUTPUT_FORMATS } from '../lib/io/render.ts';
import { defineCommand } from './command.ts';
import { usageError } from './parse.ts';
import { nouns, registry } from './registry.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

interface CompletionOptions {
  readonly what: Shell | 'services';
}

export const completion = defineCommand<CompletionOptions>({
  arguments: [{ name: `<${SHELLS.join('|')}>`, description: 'the shell that you type in' }],
  examples: ['eval "$(cvops completion bash)"', 'cvops completion fish > ~/.config/fish/completions/cvops.fish'],
  parse: ([what]) => {
    // The scripts ask for the services while somebody types.
    const known = [...SHELLS, 'services' as const].find((each) => each === what);
    if (known !== undefined) return { what: known };
    throw usageError(`there is no completion for ${JSON.stringify(what)}.`, `shells: ${SHELLS.join(', ')}.`);
  },
  run,
});

async function run({ what }: CompletionOptions, context: Context): Promise<Outcome> {
  if (what === 'services') return services(Object.keys((await context.config()).services));
  const script = await scriptFor(what, await completionModel());
  const isDocument = context.settings.output === 'json' || context.settings.output === 'ndjson';
  if (!isDocument) context.streams.stdout.write(script);
  return {
    kind: 'completion',
    data: { shell: what, script },
    toldIn: ['table', 'tsv', 'markdown'],
    view: () => [],
  };
}

function services(names: readonly string[]): Outcome {
  const items = names.map((name) => ({ name }));
  return {
    kind: 'completion.services',
    data: { services: names },
    items,
    view: () => [
      { kind: 'table', table: { columns: [{ label: 'SERVICE' }], rows: names.map((name) => [text(name)]) } },
    ],
  };
}

async function scriptFor(shell: Shell, model: CompletionModel): Promise<string> {
  if (shell === 'bash') return (await import('../lib/completion/bash-script.ts')).bashScript(model);
  if (shell === 'zsh') return (await import('../lib/completion/zsh-script.ts')).zshScript(model);
  return (await import('../lib/completion/fish-script.ts')).fishScript(model);
}

/** Loads the code of every command: what they take is not known before. */
async function completionModel(): Promise<CompletionModel> {
  const commands = registry.map(async ({ path, summary, load }) => {
    const command = await load();
    return {
      path: path.join(' '),
      summary,
      flags: command.flags.map(({ flags, description, choices }) => completionFlag(flags, description, choices)),
      operands: completionOperands(command.arguments.map(({ name }) => name)),
    };
  });
  return {
    globals: GLOBAL_FLAGS.map(([flags, description]) =>
      completionFlag(flags, description, flags.startsWith('--output ') ? OUTPUT_FORMATS : undefined),
    ),
    nouns,
    commands: await Promise.all(commands),
  };
}
