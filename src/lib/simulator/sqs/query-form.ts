import type { Input } from '../kernel/service.ts';
import { escapeXml, place } from '../protocols/query.ts';

/** How a flat list or map of the old protocol is called there. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-making-api-requests-xml.html */
const LISTS: Readonly<Record<string, string>> = {
  AttributeName: 'AttributeNames',
  MessageAttributeName: 'MessageAttributeNames',
  MessageSystemAttributeName: 'MessageSystemAttributeNames',
  TagKey: 'TagKeys',
  AWSAccountId: 'AWSAccountIds',
  ActionName: 'Actions',
  SendMessageBatchRequestEntry: 'Entries',
  DeleteMessageBatchRequestEntry: 'Entries',
  ChangeMessageVisibilityBatchRequestEntry: 'Entries',
};
const MAPS: Readonly<Record<string, readonly [member: string, key: string]>> = {
  Attribute: ['Attributes', 'Name'],
  Tag: ['Tags', 'Key'],
  MessageAttribute: ['MessageAttributes', 'Name'],
  MessageSystemAttribute: ['MessageSystemAttributes', 'Name'],
};

/** Reads SQS's flat parameters (`Attribute.1.Name`) into the members of the JSON protocol. Values stay text. */
export function readSqsQuery(operation: string, parameters: URLSearchParams, path: string): Input {
  const root: Record<string, unknown> = Object.create(null);
  for (const [name, value] of parameters) {
    if (name !== 'Action' && name !== 'Version') place(root, name.split('.'), value);
  }
  const input = shape(root) as Record<string, unknown>;
  // Clients of old send to the queue's address and leave the parameter out.
  if (input['QueueUrl'] === undefined && path !== '/' && path !== '') input['QueueUrl'] = path;
  if (operation === 'CreateQueue' && input['Tags'] !== undefined) input['tags'] = input['Tags'];
  return input;
}

function shape(node: unknown): unknown {
  if (typeof node !== 'object' || node === null) return node;
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(node)) {
    const list = Object.hasOwn(LISTS, name) ? LISTS[name] : undefined;
    const map = Object.hasOwn(MAPS, name) ? MAPS[name] : undefined;
    if (list !== undefined && typeof value === 'object') result[list] = numbered(value).map(shape);
    else if (map !== undefined && typeof value === 'object') {
      const entries = numbered(value) as Record<string, unknown>[];
      result[map[0]] = Object.fromEntries(entries.map((entry) => [entry[map[1]], shape(entry['Value'])]));
    } else result[name] = shape(value);
  }
  return result;
}

function numbered(value: unknown): unknown[] {
  const items = value as Record<string, unknown>;
  return Object.keys(items)
    .sort((a, b) => Number(a) - Number(b))
    .map((key) => items[key]);
}

/** Writes an output as the flat XML of SQS: lists as repeated elements, maps as Name and Value. */
export function writeSqsQuery(operation: string, output: unknown): string {
  const entry = operation.endsWith('Batch') ? `${operation}ResultEntry` : 'ListMessageMoveTasksResultEntry';
  return members(output, entry);
}

function members(output: unknown, entry: string): string {
  if (typeof output !== 'object' || output === null) return escapeXml(String(output ?? ''));
  let xml = '';
  for (const [name, value] of Object.entries(output)) {
    if (value === undefined) continue;
    switch (name) {
      case 'Attributes':
        xml += map('Attribute', 'Name', value, entry);
        break;
      case 'MessageAttributes':
        xml += map('MessageAttribute', 'Name', value, entry);
        break;
      case 'Tags':
        xml += map('Tag', 'Key', value, entry);
        break;
      case 'Messages':
        xml += list('Message', value, entry);
        break;
      case 'QueueUrls':
      case 'queueUrls':
        xml += list('QueueUrl', value, entry);
        break;
      case 'Successful':
      case 'Results':
        xml += list(entry, value, entry);
        break;
      case 'Failed':
        xml += list('BatchResultErrorEntry', value, entry);
        break;
      default:
        xml += `<${name}>${members(value, entry)}</${name}>`;
    }
  }
  return xml;
}

function list(element: string, items: unknown, entry: string): string {
  return (items as unknown[]).map((item) => `<${element}>${members(item, entry)}</${element}>`).join('');
}

function map(element: string, keyElement: string, items: unknown, entry: string): string {
  return Object.entries(items as Record<string, unknown>)
    .map(
      ([key, value]) =>
        `<${element}><${keyElement}>${escapeXml(key)}</${keyElement}><Value>${members(value, entry)}</Value></${element}>`,
    )
    .join('');
}
