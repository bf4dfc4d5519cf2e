import { shellWord } from '../io/shell-word.ts';
import { allPaths, type CompletionFlag, type CompletionModel, globalsWithValue } from './completion-model.ts';

/**
 * The loop over the words before the cursor that bash and zsh share: it ends with the command in `sofar`.
 * Not `path`, which zsh ties to PATH: https://zsh.sourceforge.io/Doc/Release/Parameters.html
 */
export function findPath(model: CompletionModel, words: { readonly first: string; readonly each: string }): string {
  return `  for ((i = ${words.first}; i < current; i++)); do
    word=\${${words.each}}
    case "$word" in
      ${globalsWithValue(model).join('|')}) ((i++)) ;;
      -*) ;;
      *)
        case "$sofar\${sofar:+ }$word" in
          ${allPaths(model).map(shellWord).join('|')}) sofar="$sofar\${sofar:+ }$word" ;;
        esac
        ;;
    esac
  done`;
}

/** The `case` of what stands before the cursor, for the flags that take a value: it completes that and ends. */
export function valueCases(
  { commands, globals }: CompletionModel,
  shell: { readonly files: string; words(words: string): string },
): string {
  const line = (pattern: string, { value }: CompletionFlag): readonly string[] => {
    if (value === 'none') return [];
    if (value === 'unknown') return [`    ${pattern}) return ;;\n`];
    return [`    ${pattern}) ${value === 'file' ? shell.files : shell.words(value.join(' '))}; return ;;\n`];
  };
  const lines = [
    ...commands.flatMap(({ path, flags }) => flags.flatMap((flag) => line(`'${path} ${flag.name}'`, flag))),
    ...globals.flatMap((flag) => line(`*' ${flag.name}'`, flag)),
  ];
  return `  case "$sofar $prev" in\n${lines.join('')}  esac`;
}
