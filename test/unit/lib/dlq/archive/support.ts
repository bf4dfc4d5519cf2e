import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ArchiveSource, openArchiveSource } from '../../../../../src/lib/dlq/archive/archive-source.ts';
import { archivedLine } from '../../../../../src/lib/dlq/archive/archived-message.ts';
import { checkArchive } from '../../../../../src/lib/dlq/archive/check-archive.ts';
import {
  type ImportOptions,
  type ImportResult,
  importMessages,
} from '../../../../../src/lib/dlq/archive/import-messages.ts';
import { type Look, type LookOptions, lookAtMessages } from '../../../../../src/lib/dlq/archive/look-at-messages.ts';
import { type PurgeOptions, type PurgeResult, purge } from '../../../../../src/lib/dlq/archive/purge.ts';
import { openPurgeFile } from '../../../../../src/lib/dlq/archive/purge-file.ts';
import { FakeQueues, type StoredMessage } from '../support/fake-queues.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

/** Queues in memory, a folder on disk, and the three jobs of an archive between them. */
export class ArchiveScene {
  readonly clock = new VirtualClock();
  readonly queues = new FakeQueues(this.clock);
  readonly folder = mkdtempSync(join(tmpdir(), 'cvops-archive-'));
  signal = new AbortController().signal;

  readonly fifo: boolean;

  constructor(fifo = true) {
    this.fifo = fifo;
    const suffix = fifo ? '.fifo' : '';
    this.dead = `dead${suffix}`;
    this.queues.create(this.dead);
    this.queues.create(`live${suffix}`);
  }

  readonly dead: string;

  end(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, lines: readonly string[]): string {
    writeFileSync(this.path(name), lines.map((line) => `${line}\n`).join(''));
    return this.path(name);
  }

  lines(name: string): readonly string[] {
    return readFileSync(this.path(name), 'utf8').split('\n').slice(0, -1);
  }

  bodies(name: string): readonly string[] {
    return this.lines(name).map((line) => (JSON.parse(line) as { body: string }).body);
  }

  stored(queue = this.dead): readonly StoredMessage[] {
    return this.queues.messages(queue);
  }

  async look(options: Partial<LookOptions> = {}): Promise<{ look: Look; lines: readonly string[] }> {
    const { clock, queues, signal } = this;
    const dlq = await queues.describe(this.dead);
    const lines: string[] = [];
    const look = await lookAtMessages(
      { queues, clock, signal, dlq, filter: null, group: null, max: null, limit: null, force: false, ...options },
      (message) => lines.push(archivedLine(message, dlq, clock.now())),
    );
    return { look, lines };
  }

  async purge(name: string, options: Partial<PurgeOptions> = {}): Promise<PurgeResult> {
    const { clock, queues, signal } = this;
    const file = await openPurgeFile(this.path(name), false);
    try {
      return await purge({
        queues,
        clock,
        signal,
        dlq: await queues.describe(this.dead),
        file,
        filter: null,
        group: null,
        max: null,
        force: false,
        ...options,
      });
    } finally {
      await file.close().catch(() => {});
    }
  }

  source(name: string): Promise<ArchiveSource> {
    return openArchiveSource(this.path(name), () => [] as never, this.folder);
  }

  async import(name: string, to = this.dead, options: Partial<ImportOptions> = {}): Promise<ImportResult> {
    const { clock, queues, signal } = this;
    const source = await this.source(name);
    try {
      const target = await queues.describe(to);
      return await importMessages({
        queues,
        clock,
        signal,
        source,
        archive: await checkArchive(source, target),
        target,
        folder: this.path('imports'),
        rate: null,
        again: false,
        resendUncertain: false,
        ...options,
      });
    } finally {
      await source.close();
    }
  }
}
