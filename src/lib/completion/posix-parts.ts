import { shellWord } from '../io/shell-word.ts';
import { allPaths, type CompletionModel, globalsWithValue } from './completion-model.ts';

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
