type Marshalled = { S: string } | { N: string } | { BOOL: boolean };

/**
 * A flat record as DynamoDB's wire has it; undefined members are left out
 * (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html).
 * Throws TypeError for a value that no event holds.
 */
export function marshal(record: Readonly<Record<string, unknown>>): Record<string, Marshalled> {
  const item: Record<string, Marshalled> = {};
  for (const [name, value] of Object.entries(record)) {
    if (typeof value === 'string') item[name] = { S: value };
    else if (typeof value === 'number') item[name] = { N: String(value) };
    else if (typeof value === 'boolean') item[name] = { BOOL: value };
    else if (value !== undefined) throw new TypeError(`The attribute ${name} is neither text, number nor boolean.`);
  }
  return item;
}

/** The record of such an item; values of other types are left out. */
export function unmarshal(item: Readonly<Record<string, Record<string, unknown>>>): Record<string, unknown> {
  const record: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(item)) {
    if ('S' in value || 'BOOL' in value) record[name] = value['S'] ?? value['BOOL'];
    else if ('N' in value) record[name] = Number(value['N']);
  }
  return record;
}
