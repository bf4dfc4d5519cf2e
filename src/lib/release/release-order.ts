/** What a service of a release set does with messages. */
export interface MessageFlow {
  readonly name: string;
  /** Queues that its function is invoked from. */
  readonly reads: readonly string[];
  /** The queue that the configuration names for it; one that it does not read it sends to. */
  readonly queue: string | undefined;
}

/**
 * Consumers of a message before its producers, so that nothing is sent which its reader does not understand yet; otherwise
 * in the order given, which also decides where services wait for one another in a circle.
 */
export function releaseOrder<S extends MessageFlow>(services: readonly S[]): readonly S[] {
  const sendsTo = ({ queue, reads }: S) => (queue !== undefined && !reads.includes(queue) ? queue : undefined);
  const waitsFor = (service: S, other: S) => {
    const queue = sendsTo(service);
    return queue !== undefined && other.reads.includes(queue);
  };
  const left = [...services];
  const ordered: S[] = [];
  while (left.length > 0) {
    const free = left.findIndex((service) => !left.some((other) => other !== service && waitsFor(service, other)));
    ordered.push(...left.splice(Math.max(0, free), 1));
  }
  return ordered;
}
