import type { EventPattern } from './event-filter.ts';
import type { FunctionReference } from './names.ts';

export type MappingState = 'Creating' | 'Enabling' | 'Enabled' | 'Updating' | 'Disabling' | 'Disabled' | 'Deleting';

export interface EventSourceMapping {
  readonly uuid: string;
  readonly queueArn: string;
  readonly tags: Map<string, string>;
  target: FunctionReference;
  batchSize: number;
  windowSeconds: number;
  /** As given, for the answers. */
  filters: readonly { readonly Pattern: string }[];
  patterns: readonly EventPattern[];
  reportsFailures: boolean;
  maximumConcurrency: number | undefined;
  enabled: boolean;
  state: MappingState;
  lastModified: number;
}
