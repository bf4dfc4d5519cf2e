import type { Region, TopicPort } from '../kernel/region.ts';
import type { Operation, Service } from '../kernel/service.ts';

export class Sns implements Service {
  readonly id = 'sns';
  readonly operations: Readonly<Record<string, Operation>> = {};
  readonly port: TopicPort = { publish: () => false };
  /** Mails that subscribers would have received, oldest first. */
  readonly outbox: readonly { to: string; subject: string; body: string; topicArn: string; at: string }[] = [];
  constructor(readonly region: Region) {}
}
