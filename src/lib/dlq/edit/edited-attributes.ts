import type { MessageAttribute } from '../../aws/ports/queues.ts';
import { isObject } from '../../is-object.ts';
import { BadEdit } from './bad-edit.ts';

type Attributes = Readonly<Record<string, MessageAttribute>>;

/**
 * The attributes that an edit asks for. What it leaves as it was keeps its type and every digit and byte.
 * @param plain the attributes as the edit saw them: text, numbers, and binary ones in base64
 * @throws BadEdit
 */
export function editedAttributes(
  attributes: Attributes,
  plain: Readonly<Record<string, unknown>>,
  wanted: unknown,
): Attributes {
  if (!isObject(wanted ?? {})) throw new BadEdit('the attributes would not be an object');
  const entries = Object.entries((wanted ?? {}) as object);
  const edited = entries.map(([name, value]): [string, MessageAttribute] => {
    const known = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
    return [name, known !== undefined && value === plain[name] ? known : attribute(name, value, known)];
  });
  const same =
    edited.length === Object.keys(attributes).length && edited.every(([name, at]) => at === attributes[name]);
  return same ? attributes : Object.fromEntries(edited);
}

function attribute(name: string, value: unknown, known: MessageAttribute | undefined): MessageAttribute {
  if (isObject(value)) return typed(name, String(value['type'] ?? ''), value['value']);
  if (typeof value === 'string') return typed(name, known?.dataType ?? 'String', value);
  if (typeof value === 'number') return typed(name, known?.dataType ?? 'Number', value);
  throw new BadEdit(
    `attribute ${name} would be ${JSON.stringify(value)}: an attribute is text, a number, or { type, value }`,
  );
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-message-attributes */
function typed(name: string, dataType: string, value: unknown): MessageAttribute {
  if (typeof value !== 'string' && typeof value !== 'number') {
    throw new BadEdit(`attribute ${name} would have the value ${JSON.stringify(value)}, neither text nor a number`);
  }
  const text = String(value);
  const [kind] = dataType.split('.', 1);
  if (kind === 'String') return { dataType, stringValue: text };
  if (kind === 'Number') {
    if (text.trim() !== '' && Number.isFinite(Number(text))) return { dataType, stringValue: text };
    throw new BadEdit(`attribute ${name} is a Number, and ${JSON.stringify(value)} is none`);
  }
  if (kind === 'Binary') {
    const bytes = Buffer.from(text, 'base64');
    if (typeof value === 'string' && bytes.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '')) {
      return { dataType, binaryValue: bytes };
    }
    throw new BadEdit(`attribute ${name} is Binary, and ${JSON.stringify(value)} is not base64`);
  }
  throw new BadEdit(`attribute ${name} would have the type ${JSON.stringify(dataType)}: String, Number or Binary`);
}
