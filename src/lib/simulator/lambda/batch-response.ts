/**
 * Which messages of a batch failed, by a handler's answer under ReportBatchItemFailures: a set of message ids, or
 * `all`. An empty or null answer or list means success; anything malformed, an unknown id included, fails the batch
 * (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting).
 * @param body JSON text of what the handler returned.
 * @param messageIds the ids that were in the batch.
 */
export function failedItems(body: string, messageIds: ReadonlySet<string>): ReadonlySet<string> | 'all' {
  const answer = JSON.parse(body) as { batchItemFailures?: unknown } | null;
  if (answer === null) return new Set();
  if (typeof answer !== 'object' || Array.isArray(answer)) return 'all';
  const failures = answer.batchItemFailures;
  if (failures === undefined || failures === null) return new Set();
  if (!Array.isArray(failures)) return 'all';
  const ids = new Set<string>();
  for (const failure of failures as readonly ({ itemIdentifier?: unknown } | null)[]) {
    const id = failure?.itemIdentifier;
    if (typeof id !== 'string' || !messageIds.has(id)) return 'all';
    ids.add(id);
  }
  return ids;
}
