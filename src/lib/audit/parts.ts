import type { FunctionFacts, QueueFacts, SystemFacts, TableFacts } from './facts.ts';

// Which parts of a system a check is about.

export const queues = (facts: SystemFacts) => facts.queues;
export const functions = (facts: SystemFacts) => facts.functions;
export const tables = (facts: SystemFacts) => facts.tables;

/** Queues that messages are sent to. */
export const sourceQueues = (facts: SystemFacts): readonly QueueFacts[] =>
  facts.queues.filter(({ isDeadLetterQueue }) => !isDeadLetterQueue);

export const deadLetterQueues = (facts: SystemFacts): readonly QueueFacts[] =>
  facts.queues.filter(({ isDeadLetterQueue }) => isDeadLetterQueue);

/** Functions that a queue calls. */
export const consumers = (facts: SystemFacts): readonly FunctionFacts[] =>
  facts.functions.filter(({ queue }) => queue !== null);

/** Functions that no queue calls. */
export const scheduled = (facts: SystemFacts): readonly FunctionFacts[] =>
  facts.functions.filter(({ queue }) => queue === null);

/** Tables of services: not the one of releases. */
export const serviceTables = (facts: SystemFacts): readonly TableFacts[] =>
  facts.tables.filter(({ isLedger }) => !isLedger);
