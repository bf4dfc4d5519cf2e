import type { Sink } from './streams.ts';

export type Tone = 'good' | 'bad' | 'warn' | 'dim' | 'strong' | 'accent';

/** Colours text by meaning; the identity where there is no colour. */
export type Paint = (tone: Tone | undefined, text: string) => string;

export const plainPaint: Paint = (_tone, text) => text;

/**
 * Is this stream coloured? `--no-color` > NO_COLOR > FORCE_COLOR > TERM=dumb > is it a terminal.
 * https://no-color.org, https://force-color.org
 */
export function isColoured(sink: Sink, env: Readonly<Record<string, string | undefined>>, colorFlag: boolean): boolean {
  if (!colorFlag) return false;
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  const force = env['FORCE_COLOR'];
  if (force !== undefined && force !== '') return force !== '0' && force !== 'false';
  if (env['TERM'] === 'dumb') return false;
  return sink.isTTY;
}

/** Loads chalk only where there is something to colour. */
export async function loadPaint(
  sink: Sink,
  env: Readonly<Record<string, string | undefined>>,
  colorFlag: boolean,
): Promise<Paint> {
  if (!isColoured(sink, env, colorFlag)) return plainPaint;
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level: 1 });
  const tones = {
    good: chalk.green,
    bad: chalk.red,
    warn: chalk.yellow,
    dim: chalk.dim,
    strong: chalk.bold,
    accent: chalk.cyan,
  };
  return (tone, text) => (tone === undefined ? text : tones[tone](text));
}
