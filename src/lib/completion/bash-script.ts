import {
  type CompletionCommand,
  type CompletionFlag,
  type CompletionModel,
  SERVICES_COMMAND,
  wordsBehind,
} from './completion-model.ts';
import { findPath, valueCases } from './posix-parts.ts';

/** For bash 3.2 and newer, without the package bash-completion. */
export function bashScript(model: CompletionModel): string {
  const { globals, nouns, commands } = model;
  const flagsOf = (flags: readonly CompletionFlag[]) => flags.map(({ name }) => name).join(' ');
  return `# cvops completion for bash. In ~/.bashrc: eval "$(cvops completion bash)"
_cvops() {
  local IFS=$' \\t\\n' current=$COMP_CWORD cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]}
  local sofar='' words='' flags='' word i
  COMPREPLY=()
${findPath(model, { first: '1', each: 'COMP_WORDS[i]' })}
${valueCases(model, { files: '_cvops_files "$cur"', words: (words) => `COMPREPLY=($(compgen -W '${words}' -- "$cur"))` })}
  case "$sofar" in
${['', ...Object.keys(nouns)].map((noun) => `    '${noun}') words='${words(model, noun)}' ;;\n`).join('')}${commands.map((command) => `    '${command.path}') flags='${flagsOf(command.flags)}'${operands(command)} ;;\n`).join('')}  esac
  if [[ $cur == -* ]]; then words="$flags ${flagsOf(globals)} --help"; fi
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
_cvops_files() {
  local IFS=$'\\n'
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen -f -- "$1"))
}
complete -F _cvops cvops
`;
}

function words(model: CompletionModel, noun: string): string {
  return wordsBehind(model, noun)
    .map(([word]) => word)
    .join(' ');
}

function operands({ operands }: CompletionCommand): string {
  if (operands === 'none') return '';
  if (operands === 'files') return `; [[ $cur == -* ]] || { _cvops_files "$cur"; return; }`;
  if (operands === 'services') return `; [[ $cur == -* ]] || words=$(${SERVICES_COMMAND})`;
  return `; words='${operands.join(' ')}'`;
}
