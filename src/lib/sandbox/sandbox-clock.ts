import type { Clock } from '../clock.ts';
import { simulatedTime } from './health.ts';
import type { SandboxRecord } from './record.ts';

/** The sandbox is on this machine: who takes longer is stuck, which the first call says better. */
const PATIENCE_MS = 1_000;
/** Within so much the two agree: asking takes time, too. */
const AGREES_MS = 250;

/**
 * The clock of the sandbox, as a command feels it that runs there: where its time was moved or runs faster, months,
 * windows and waits are the sandbox's. A frozen one goes on at the local speed, or every wait would be for ever. It is
 * asked once; a move in the middle of a command is not seen.
 * @returns `local` itself where they agree, or where the sandbox does not answer.
 */
export async function sandboxClock(record: SandboxRecord, local: Clock): Promise<Clock> {
  const time = await simulatedTime(record, PATIENCE_MS).catch(() => undefined);
  const base = Date.parse(time?.now ?? '');
  if (time === undefined || Number.isNaN(base)) return local;
  const rate = time.rate > 0 ? time.rate : 1;
  const askedAt = local.now();
  if (rate === 1 && Math.abs(base - askedAt) < AGREES_MS) return local;
  return {
    now: () => Math.floor(base + (local.now() - askedAt) * rate),
    sleep: (ms, signal) => local.sleep(ms / rate, signal),
  };
}
