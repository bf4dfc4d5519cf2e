import { expect, test } from 'vitest';
import { isOpen, refusesPlainHttp, statementsOf } from '../../../../src/lib/audit/resource-policy.ts';

const policy = (...Statement: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const tls = {
  Effect: 'Deny',
  Principal: '*',
  Action: 'sqs:*',
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
};
const refuses = (over: object) => statementsOf(policy({ ...tls, ...over })).some(refusesPlainHttp);
const opens = (over: object) =>
  statementsOf(policy({ Effect: 'Allow', Principal: '*', Action: 'sqs:SendMessage', ...over })).some(isOpen);

test('plain HTTP is refused by a Deny to everybody, however it is written', () => {
  expect(refuses({})).toBe(true);
  expect(refuses({ Principal: { AWS: '*' }, Action: ['SQS:*'] })).toBe(true);
  expect(refuses({ Condition: { Bool: { 'AWS:SecureTransport': [false] } } })).toBe(true);
});

test('plain HTTP is not refused where somebody, something or the opposite is meant', () => {
  expect(refuses({ Effect: 'Allow' })).toBe(false);
  expect(refuses({ Principal: { AWS: 'arn:aws:iam::1:root' } })).toBe(false);
  expect(refuses({ Action: 'sqs:SendMessage' })).toBe(false);
  expect(refuses({ Condition: { Bool: { 'aws:SecureTransport': 'true' } } })).toBe(false);
  expect(refuses({ Condition: undefined })).toBe(false);
});

test('open is what everybody may without a condition on who calls', () => {
  expect(opens({})).toBe(true);
  expect(opens({ Principal: { AWS: ['arn:aws:iam::1:root', '*'] } })).toBe(true);
  expect(opens({ Principal: undefined, NotPrincipal: { AWS: 'arn:aws:iam::1:root' } })).toBe(true);
  expect(opens({ Condition: {} })).toBe(true);
  expect(opens({ Condition: { Bool: { 'aws:SecureTransport': 'true' } } })).toBe(true);
  expect(opens({ Condition: { ArnEquals: { 'aws:SourceArn': 'arn:x' } } })).toBe(false);
  expect(opens({ Principal: { Service: 'events.amazonaws.com' } })).toBe(false);
  expect(opens({ Effect: 'Deny' })).toBe(false);
});

test('a policy may have one statement, or none', () => {
  expect(statementsOf(JSON.stringify({ Statement: tls }))).toEqual([tls]);
  expect(statementsOf(null)).toEqual([]);
});
