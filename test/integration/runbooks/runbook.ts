import { readFileSync } from 'node:fs';

/** One command of a runbook and what it is said to print. */
export interface Step {
  /** As it is typed, without `cvops`. */
  readonly argv: readonly string[];
  readonly exitCode: number;
  /** Lines of the output, in this order; `…` stands for anything. Words may be any space apart. */
  readonly expected: readonly string[];
  readonly line: number;
}

const folder = new URL('../../../docs/runbooks/', import.meta.url);

/**
 * The steps of a runbook: the blocks fenced as `console`. A line that begins with `$ cvops` is a command, `(exit 6)` at its
 * end its exit code when that is not 0, and the lines below are of its output. Other blocks are for people.
 */
export function stepsOf(name: string): readonly Step[] {
  const steps: (Step & { expected: string[] })[] = [];
  let isConsole = false;
  for (const [index, line] of readFileSync(new URL(`${name}.md`, folder), 'utf8')
    .split('\n')
    .entries()) {
    if (line.trimStart().startsWith('```')) isConsole = !isConsole && line.trim() === '```console';
    else if (isConsole && line.startsWith('$ ')) {
      const [, typed = '', code = '0'] = /^\$ cvops (.*?)(?: +\(exit (\d+)\))?$/.exec(line) ?? [];
      if (typed === '') throw new Error(`${name}.md:${index + 1}: a command that is not of cvops`);
      steps.push({ argv: words(typed), exitCode: Number(code), expected: [], line: index + 1 });
    } else if (isConsole && line.trim() !== '' && line.trim() !== '…') steps.at(-1)!.expected.push(line.trim());
  }
  return steps;
}

/** Split as a shell does where there are only quotes. */
function words(line: string): readonly string[] {
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, bare]) => single ?? double ?? bare ?? '',
  );
}

/** The first line that the output does not have after those before it; undefined when it has all. */
export function missingLine(output: string, expected: readonly string[]): string | undefined {
  let rest = output.replace(/\s+/g, ' ');
  for (const line of expected) {
    const pattern = line
      .split(/\s+/)
      .join(' ')
      .split('…')
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*?');
    const found = new RegExp(pattern).exec(rest);
    if (found === null) return line;
    rest = rest.slice(found.index + found[0].length);
  }
  return undefined;
}
