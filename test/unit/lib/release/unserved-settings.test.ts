import { describe, expect, test } from 'vitest';
import type { Alias } from '../../../../src/lib/aws/ports/functions.ts';
import { formatAliasRecord } from '../../../../src/lib/release/alias-record.ts';
import { unservedSettings } from '../../../../src/lib/release/unserved-settings.ts';
import { configured } from '../audit/support/healthy-facts.ts';

const alias = (over: Partial<Alias> = {}): Alias => ({
  functionName: 'f',
  name: 'live',
  arn: 'arn:f:live',
  version: '1',
  weights: {},
  description: '',
  revisionId: 'r',
  ...over,
});
const live = configured('1');

describe('settings that are not served', () => {
  test('are told one by one, without the values of the environment', () => {
    const newest = configured('2', {
      memoryMb: 512,
      environment: { TABLE_NAME: 'secret', MORE: 'secret' },
      architecture: 'x86_64',
      handler: 'other.handler',
      ephemeralMb: 1024,
      logGroup: '/other',
      deadLetterTarget: 'arn:dlq',
      inVpc: true,
    });
    const found = unservedSettings(alias(), [live, newest, configured('$LATEST')]);
    expect(found).toEqual({
      version: '2',
      otherCode: live.codeSha256 !== newest.codeSha256,
      differences: [
        `memory goes from ${live.memoryMb} MB to 512 MB`,
        'environment with MORE; other values of TABLE_NAME',
        'handler goes from index.handler to other.handler',
        'architecture goes from arm64 to x86_64',
        '/tmp goes from 512 MB to 1024 MB',
        'log group goes from /aws/lambda/processor to /other',
        'dead-letter target goes from none to arn:dlq',
        'network goes from no VPC to a VPC',
      ],
    });
  });

  test.each([
    ['the newest serves', alias({ version: '2' })],
    ['the newest takes part in a split', alias({ weights: { 2: 0.1 } })],
    [
      'the newest was rolled back from',
      alias({
        description: formatAliasRecord({
          releaseId: 'r-1',
          kind: 'rollback',
          version: '1',
          previous: null,
          step: 100,
          at: 0,
          by: 'ana',
          quarantined: ['2'],
          reason: null,
        }),
      }),
    ],
  ])('are none where %s', (_what, served) => {
    expect(unservedSettings(served, [live, configured('2', { memoryMb: 512 })])).toBeNull();
  });

  test('are none where the newest has other code alone', () => {
    expect(unservedSettings(alias(), [live, configured('2', { codeSha256: 'other' })])).toBeNull();
  });

  test('are those of the newest published version, not of what is being worked on', () => {
    expect(unservedSettings(alias(), [live, configured('$LATEST', { memoryMb: 512 })])).toBeNull();
  });

  test('are not known where the serving version is not among them', () => {
    expect(unservedSettings(alias({ version: '9' }), [live])).toBeUndefined();
  });
});
