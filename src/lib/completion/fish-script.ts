import {
  allPaths,
  type CompletionCommand,
  type CompletionFlag,
  type CompletionModel,
  globalsWithValue,
  SERVICES_COMMAND,
  wordsBehind,
} from './completion-model.ts';

/** For fish 3 and newer. */
export function fishScript(model: CompletionModel): string {
  const { globals, nouns, commands } = model;
  const lines = [
    ...globals.map((flag) => flagLine('', flag)),
    ...['', ...Object.keys(nouns)].flatMap((noun) =>
      wordsBehind(model, noun).map(([word, about]) => `${at(noun)} -a ${word} -d ${quoted(about)}`),
    ),
    ...commands.flatMap((command) => [
      ...operands(command),
      ...command.flags.map((flag) => flagLine(command.path, flag)),
    ]),
  ];
  return `# cvops completion for fish: cvops completion fish > ~/.config/fish/completions/cvops.fish
function __cvops_at
    set -l words (commandline -opc)
    set -e words[1]
    set -l path
    set -l skip 0
    for word in $words
        if test $skip = 1
            set skip 0
            continue
        end
        switch $word
            case ${globalsWithValue(model).join(' ')}
                set skip 1
            case '-*'
            case '*'
                if contains -- (string join ' ' $path $word) ${allPaths(model).map(quoted).join(' ')}
                    set path $path $word
                end
        end
    end
    test "$path" = "$argv"
end
complete -c cvops -f
${lines.join('\n')}
`;
}

function at(path: string): string {
  return `complete -c cvops -n ${quoted(`__cvops_at ${path}`.trim())}`;
}

function flagLine(path: string, { name, value, description }: CompletionFlag): string {
  const where = path === '' ? 'complete -c cvops' : at(path);
  return `${where} -l ${name.slice(2)}${behind(value)} -d ${quoted(description)}`;
}

function behind(value: CompletionFlag['value']): string {
  if (value === 'none') return '';
  if (value === 'file') return ' -r -F';
  return value === 'unknown' ? ' -x' : ` -x -a ${quoted(value.join(' '))}`;
}

function operands({ path, operands }: CompletionCommand): readonly string[] {
  if (operands === 'none') return [];
  if (operands === 'files') return [`${at(path)} -F`];
  return [`${at(path)} -a ${quoted(operands === 'services' ? `(${SERVICES_COMMAND})` : operands.join(' '))}`];
}

/** Single quotes of fish, in which a backslash escapes. */
function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
