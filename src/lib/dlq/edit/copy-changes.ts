import type { MessageAttribute, OutgoingMessage } from '../../aws/ports/queues.ts';
import { parsedBody } from '../dead-letter.ts';
import { valueChanges } from './value-changes.ts';

/** One field that an edit changes; `before` or `after` is missing where there is nothing. */
export interface CopyChange {
  /** `body.version`, `attributes.kind`, `groupId`. */
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** What differs between a copy and its edited one, field by field. */
export function copyChanges(before: OutgoingMessage, after: OutgoingMessage): readonly CopyChange[] {
  return valueChanges(fields(before), fields(after)).map((change) => ({
    path: pathText(change.path),
    ...(change.before === undefined ? {} : { before: change.before }),
    ...(change.after === undefined ? {} : { after: change.after }),
  }));
}

function fields(message: OutgoingMessage): object {
  return {
    body: parsedBody(message.body),
    attributes: Object.fromEntries(Object.entries(message.attributes).map(([name, each]) => [name, shown(each)])),
    ...(message.groupId === undefined ? {} : { groupId: message.groupId }),
  };
}

function shown({ dataType, stringValue, binaryValue }: MessageAttribute): unknown {
  if (dataType === 'String') return stringValue;
  return {
    type: dataType,
    value: binaryValue === undefined ? stringValue : Buffer.from(binaryValue).toString('base64'),
  };
}

/** As JMESPath writes it: a name that is no identifier stands in double quotes. */
function pathText(path: readonly string[]): string {
  return path.map((name) => (/^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name))).join('.');
}
