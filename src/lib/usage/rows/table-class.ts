import type { TableReadings } from '../readings.ts';

/** The allowance is for the Standard class. https://aws.amazon.com/dynamodb/pricing/provisioned/ */
export function isStandard({ settings }: TableReadings): boolean {
  return settings.value?.tableClass !== 'STANDARD_INFREQUENT_ACCESS';
}

/** Names the tables that are left out. */
export function otherClassNote(tables: readonly TableReadings[]): string | null {
  const others = tables.filter((table) => !isStandard(table)).map(({ name }) => name);
  return others.length === 0
    ? null
    : `Not counted: ${others.join(', ')}, of the Standard-IA class, of which nothing is free and which has prices of its own.`;
}
