import type { Alarm } from '../../lib/aws/ports/alarms.ts';
import { text } from '../../lib/io/format.ts';
import type { Cell } from '../../lib/io/outcome.ts';

/** The state of an alarm, by how much it asks for a look. */
export function stateCell({ state }: Pick<Alarm, 'state'>): Cell {
  if (state === 'OK') return text(state, 'good');
  return state === 'ALARM' ? text(state, 'bad') : { raw: state, text: 'NO DATA', tone: 'warn' };
}
