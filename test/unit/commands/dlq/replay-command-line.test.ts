import { expect, test } from 'vitest';
import { appliedFlags, replayCommandLine } from '../../../../src/commands/dlq/replay-command-line.ts';
import { parseReplay } from '../../../../src/commands/dlq/replay-options.ts';

const flags = parseReplay('processor', {
  filter: 'body.type == `visit`',
  max: '40',
  rate: '50/s',
  maxReturns: '7',
  expiringFirst: true,
  to: 'other.fifo',
  outOfOrder: true,
  verify: false,
  dryRun: true,
  savePlan: 'my plan.json',
  stopOnAlarm: 'errors,age',
});

test('the command after a dry run says all that the dry run was told', () => {
  expect(replayCommandLine(flags)).toBe(
    "cvops dlq replay processor --filter 'body.type == `visit`' --max 40 --rate 50/s --max-returns 7% --expiring-first --to other.fifo --out-of-order --no-verify --stop-on-alarm errors,age",
  );
});

test('the command that applies a saved plan keeps what the plan does not hold, its alarms too', () => {
  expect(replayCommandLine(appliedFlags(flags, 'my plan.json'))).toBe(
    "cvops dlq replay --plan 'my plan.json' --max-returns 7% --expiring-first --no-verify --stop-on-alarm errors,age",
  );
});
