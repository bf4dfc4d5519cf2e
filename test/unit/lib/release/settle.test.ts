import { describe, expect, test } from 'vitest';
import { CvopsError } from '../../../../src/lib/errors/cvops-error.ts';
import { ExitCode } from '../../../../src/lib/errors/exit-code.ts';
import { settle } from '../../../../src/lib/release/settle.ts';
import { VirtualClock } from '../dlq/support/virtual-clock.ts';
import { FakeFunctions } from './support/fake-functions.ts';

const PROBE = { event: '{}', timeoutSeconds: 3 };
const never = new AbortController().signal;

/** An alias that was moved to 6, and answers `old` several times more from 5. */
function moved(old: number) {
  const clock = new VirtualClock();
  const functions = new FakeFunctions(clock, ['5', '6'], '5');
  const before = functions.alias;
  functions.write({ version: '6' });
  const port = functions.port();
  let left = old;
  const ports = {
    clock,
    functions: {
      ...port,
      getAlias: async (name: string, alias: string) => (left-- > 0 ? before : port.getAlias(name, alias)),
      invoke: async (name: string, qualifier: string, payload: string, timeout: number) => {
        const answer = await port.invoke(name, qualifier, payload, timeout);
        return left-- > 0 ? { ...answer, executedVersion: '5' } : answer;
      },
    },
  };
  return { clock, functions, ports };
}

describe('whether a moved alias has settled', () => {
  test('is known after three right answers in a row', async () => {
    const { functions, ports } = moved(4);
    expect(await settle(ports, functions.alias, PROBE, never)).toMatchObject({
      basis: 'executed-version',
      settled: true,
      answers: 3,
      stale: 4,
      invocations: 7,
      failures: 0,
    });
  });

  test('without an event is asked of the alias, and nothing is invoked', async () => {
    const { functions, ports } = moved(1);
    const settled = await settle(ports, functions.alias, undefined, never);
    expect(settled).toMatchObject({ basis: 'alias', settled: true, stale: 1, invocations: 0 });
    expect(functions.invokes).toEqual([]);
  });

  test('is not claimed when the old version goes on answering', async () => {
    const { clock, functions, ports } = moved(1e9);
    const started = clock.now();
    expect(await settle(ports, functions.alias, PROBE, never)).toMatchObject({ settled: false });
    expect(clock.now() - started).toBeGreaterThanOrEqual(30_000);
  });

  test('counts what the new version failed', async () => {
    const { functions, ports } = moved(0);
    functions.answer = () => ({ functionError: 'Unhandled', payload: '{"errorMessage":"no"}' });
    expect(await settle(ports, functions.alias, PROBE, never)).toMatchObject({
      settled: true,
      failures: 3,
      failure: 'no',
    });
  });

  test('is not asked again and again without permission', async () => {
    const { functions, ports } = moved(0);
    functions.hooks = {
      before: () => {
        throw new CvopsError('AccessDenied', ExitCode.setup, 'not allowed.');
      },
    };
    expect(await settle(ports, functions.alias, PROBE, never)).toMatchObject({
      settled: false,
      failure: 'not allowed.',
    });
  });
});
