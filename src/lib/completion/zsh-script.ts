import {
  type CompletionCommand,
  type CompletionFlag,
  type CompletionModel,
  SERVICES_COMMAND,
  wordsBehind,
} from './completion-model.ts';
import { findPath, valueCases } from './posix-parts.ts';

/** With what each word is about beside it. */
export function zshScript(model: CompletionModel): string {
  const { globals, nouns, commands } = model;
  return `#compdef cvops
# cvops completion for zsh. In ~/.zshrc, after compinit: eval "$(cvops completion zsh)"
_cvops() {
  local current=$CURRENT prev=\${words[CURRENT-1]} sofar='' word i
  local -a found flags globals
  globals=(${described(globals)})
${findPath(model, { first: '2', each: 'words[i]' })}
${valueCases(model, { files: '_files', words: (words) => `compadd -- ${words}` })}
  case "$sofar" in
${['', ...Object.keys(nouns)].map((noun) => `    '${noun}') found=(${wordsBehind(model, noun).map(pair).join(' ')}) ;;\n`).join('')}${commands.map((command) => `    '${command.path}')\n      flags=(${described(command.flags)})\n${operands(command)}      ;;\n`).join('')}  esac
  if [[ \${words[CURRENT]} == -* ]]; then found=($flags $globals '--help:help'); fi
  _describe cvops found
}
compdef _cvops cvops
`;
}

function described(flags: readonly CompletionFlag[]): string {
  return flags.map(({ name, description }) => pair([name, description])).join(' ');
}

/** \`word:about\`, as _describe takes it. */
function pair([word, about]: readonly [string, string]): string {
  return `'${word}:${about.replaceAll("'", "'\\''")}'`;
}

function operands({ operands }: CompletionCommand): string {
  if (operands === 'none') return '';
  if (operands === 'files') return `      [[ \${words[CURRENT]} == -* ]] || { _files; return }\n`;
  if (operands === 'services')
    return `      [[ \${words[CURRENT]} == -* ]] || found=(\${(f)"$(${SERVICES_COMMAND})"})\n`;
  return `      found=(${operands.join(' ')})\n`;
}
