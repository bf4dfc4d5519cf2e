import { expect, test } from 'vitest';
import { nextSteps } from '../../../../src/lib/status/next-steps.ts';
import type { AlarmStatus } from '../../../../src/lib/status/system-status.ts';

const alarm = (description: string, service: string | null): AlarmStatus => ({
  name: 'alarm',
  state: 'ALARM',
  since: null,
  reason: '',
  why: '',
  description,
  service,
});
const commandsOf = (...alarms: readonly AlarmStatus[]) =>
  nextSteps({ services: [], alarms, gaps: [] }).map(({ command }) => command);

test.each([
  ['its own command', 'Fails. Next: cvops alias rollback processor', 'processor', 'cvops alias rollback processor'],
  ['the log of its service', 'Fails.', 'processor', 'cvops logs processor'],
  ['the log, where it says to look here', 'Stuck. Next: cvops status', 'processor', 'cvops logs processor'],
  ['the list of alarms, where it looks at no service', '', null, 'cvops alarms list'],
  ['no flags and nothing of a shell', 'Next: cvops dlq purge; rm -rf . --yes', 'processor', 'cvops dlq purge'],
])('an alarm calls for %s', (_, description, service, command) => {
  expect(commandsOf(alarm(description, service))).toEqual([command]);
});

test('an alarm in order, or without data, calls for nothing', () => {
  expect(commandsOf({ ...alarm('', null), state: 'OK' }, { ...alarm('', null), state: 'INSUFFICIENT_DATA' })).toEqual(
    [],
  );
});

test('two alarms with the same command call for it once', () => {
  expect(commandsOf(alarm('', 'processor'), alarm('', 'processor'))).toEqual(['cvops logs processor']);
});
