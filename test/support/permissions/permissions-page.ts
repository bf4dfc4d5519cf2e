import { COMMAND_PERMISSIONS, type Need } from './command-permissions.ts';

const BEGIN = '<!-- made from the table of the tests -->';
const END = '<!-- end -->';

/** docs/permissions.md with its table made anew; what stands around it stays. */
export function permissionsPage(page: string): string {
  const [before, rest] = page.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`docs/permissions.md has no "${BEGIN}" … "${END}"`);
  return `${before}${BEGIN}\n\n${Object.keys(COMMAND_PERMISSIONS).map(section).join('\n\n')}\n\n${END}${after}`;
}

function section(command: string): string {
  const { policies, needs } = COMMAND_PERMISSIONS[command]!;
  const rows = Object.entries(needs).map(
    ([action, need]) => `| \`${action}\` | ${need.on.map(kindWords).join(', ')} | ${needWords(need)} |`,
  );
  return [
    `### \`cvops ${command}\``,
    `Policies: ${policies.join(', ')}.`,
    ['| action | on | without it |', '|---|---|---|', ...rows].join('\n'),
  ].join('\n\n');
}

function kindWords(kind: Need['on'][number]): string {
  return kind === 'any' ? '`*`' : kind;
}

function needWords(need: Need): string {
  const when = need.option === undefined ? '' : ` (${need.option})`;
  if (need.byAws === true) return `AWS refuses the move task’s call${when}`;
  return `${need.without ?? 'fails, and names it'}${when}`;
}
