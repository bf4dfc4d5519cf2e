import type { Block } from '../../lib/io/outcome.ts';
import type { PreflightCheck } from '../../lib/release/preflight.ts';

export function preflightText(check: PreflightCheck): string {
  return `${check.status.padEnd(4)}  ${check.detail}`;
}

export function preflightLine(check: PreflightCheck): Block {
  return { kind: 'line', text: preflightText(check), tone: check.status === 'NG' ? 'bad' : 'dim' };
}
