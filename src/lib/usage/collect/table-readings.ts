import type { CapacityReadings, TableReadings } from '../readings.ts';
import type { InventoryTable } from './inventory.ts';
import type { Reader } from './reader.ts';

/** One table: its settings and four series, and four more for each index; null for an optional one that is not there. */
export async function readTable(reader: Reader, table: InventoryTable): Promise<TableReadings | null> {
  const { name, services, isOptional } = table;
  const described = reader.read('tables', (tables) => tables.settings(name));
  const [settings, capacity, indexes] = await Promise.all([
    described,
    readCapacity(reader, { TableName: name }),
    described.then(({ value }) =>
      Promise.all(
        (value?.indexes ?? []).map(async (index) => ({
          name: index.name,
          ...(await readCapacity(reader, { TableName: name, GlobalSecondaryIndexName: index.name })),
        })),
      ),
    ),
  ]);
  if (isOptional && settings.gap?.code === 'TableNotFound') return null;
  return { name, services, settings, ...capacity, indexes };
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html */
async function readCapacity(reader: Reader, dimensions: Readonly<Record<string, string>>): Promise<CapacityReadings> {
  const series = (metric: string) => reader.series('AWS/DynamoDB', metric, dimensions);
  const [provisionedRead, provisionedWrite, consumedRead, consumedWrite] = await Promise.all([
    series('ProvisionedReadCapacityUnits'),
    series('ProvisionedWriteCapacityUnits'),
    series('ConsumedReadCapacityUnits'),
    series('ConsumedWriteCapacityUnits'),
  ]);
  return { provisionedRead, provisionedWrite, consumedRead, consumedWrite };
}
