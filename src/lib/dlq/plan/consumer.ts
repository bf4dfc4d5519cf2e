import type { Alias, EventSource, Functions } from '../../aws/ports/functions.ts';
import type { Queue } from '../../aws/ports/queues.ts';
import { CvopsError } from '../../errors/cvops-error.ts';

/** A function that reads the target of a replay, with what it serves now. */
export interface Consumer {
  readonly source: EventSource;
  readonly functionName: string;
  /** `function:alias`, `function:6` or `function`. */
  readonly label: string;
  /** Null where the event source names a version, or none. */
  readonly alias: Alias | null;
  /** Every version that gets messages, the primary first; `$LATEST` without a qualifier. */
  readonly served: readonly string[];
}

/** The functions whose event sources read the queue and are enabled, and the state of those that are not. */
export interface Consumers {
  readonly enabled: readonly Consumer[];
  readonly others: readonly string[];
}

/** What reads the queue, or the error that keeps it from being known. */
export async function findConsumers(target: Queue, functions: Functions): Promise<Consumers | CvopsError> {
  try {
    const sources = await functions.listEventSourcesOf(target.arn);
    const enabled: Consumer[] = [];
    for (const source of sources) {
      if (source.state === 'Enabled') enabled.push(await consumer(source, functions));
    }
    return { enabled, others: sources.filter(({ state }) => state !== 'Enabled').map(({ state }) => state) };
  } catch (cause) {
    if (cause instanceof CvopsError) return cause;
    throw cause;
  }
}

async function consumer(source: EventSource, functions: Functions): Promise<Consumer> {
  const [, , , , , , functionName = source.functionArn, qualifier] = source.functionArn.split(':');
  const own = { source, functionName, label: qualifier === undefined ? functionName : `${functionName}:${qualifier}` };
  if (qualifier === undefined || /^(\d+|\$LATEST)$/.test(qualifier)) {
    return { ...own, alias: null, served: [qualifier ?? '$LATEST'] };
  }
  const alias = await functions.getAlias(functionName, qualifier);
  // A split serves all of its versions; a weight of 0 gets nothing.
  const split = Object.keys(alias.weights).filter((version) => alias.weights[version]! > 0);
  return { ...own, alias, served: [alias.version, ...split] };
}
