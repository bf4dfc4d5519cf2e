import { afterEach, beforeEach, expect, test } from 'vitest';
import { dynamoDbEventTable } from '../../services/processor/event-table.ts';
import { normaliseQuery } from '../../services/processor/normalise-query.ts';
import { dynamoDbEventDays } from '../../services/reporter/event-days.ts';
import { weeklyMail } from '../../services/reporter/mail.ts';
import { reportWeek } from '../../services/reporter/report-week.ts';
import { SummaryBuilder } from '../../services/reporter/summary.ts';
import { snsTopic } from '../../services/reporter/topic.ts';
import { lastFullWeek } from '../../services/reporter/week.ts';
import type { AnalyticsEvent } from '../../services/shared/event.ts';
import { toStoredEvent } from '../../services/shared/events-table.ts';
import { type Bench, bench, makeTable, memoryLog, queryEvent, START, TABLE } from './helpers.ts';

let on: Bench;
beforeEach(async () => {
  on = await bench();
});
afterEach(() => on.close());

/** A topic with a subscriber who has confirmed, beside the table. */
async function makeTopic(): Promise<string> {
  const created = await on.operate('sns', 'CreateTopic', { Name: 'reports' });
  const topicArn = /<TopicArn>([^<]+)/.exec(created)![1]!;
  await on.operate('sns', 'Subscribe', { TopicArn: topicArn, Protocol: 'email', Endpoint: 'ops@example.com' });
  const token = /[?&]Token=([^&\s]+)/.exec(on.simulator.region().sns.outbox.at(-1)!.body)![1]!;
  await on.operate('sns', 'ConfirmSubscription', { TopicArn: topicArn, Token: token });
  return topicArn;
}

async function write(events: readonly AnalyticsEvent[]): Promise<void> {
  const table = dynamoDbEventTable({ api: on.api('dynamodb'), tableName: TABLE });
  for (const event of events) await table.putOnce(toStoredEvent(event, 90, normaliseQuery));
}

function reporter(topicArn: string) {
  const { log, lines } = memoryLog();
  const waits: number[] = [];
  const sleep = async (ms: number) => {
    waits.push(ms);
    await on.clock.advance(ms);
  };
  const days = dynamoDbEventDays({ api: on.api('dynamodb'), tableName: TABLE, random: () => 1, sleep });
  const topic = snsTopic({ api: on.api('sns'), topicArn, random: () => 1, sleep });
  return { lines, waits, run: (at = new Date(START)) => reportWeek(at, { days, topic, log }) };
}

const mails = () => on.simulator.region().sns.outbox.slice(1);

test.each([
  ['a Monday morning', '2026-03-09T08:00:00Z'],
  ['the first moment of a Monday', '2026-03-09T00:00:00Z'],
  ['the Sunday after', '2026-03-15T23:59:59Z'],
])('on %s the last full week is the seven days before the last Monday', (_, at) => {
  expect(lastFullWeek(new Date(at)).days).toEqual([
    '2026-03-02',
    '2026-03-03',
    '2026-03-04',
    '2026-03-05',
    '2026-03-06',
    '2026-03-07',
    '2026-03-08',
  ]);
});

test('a week over the end of a year is a week', () => {
  expect(lastFullWeek(new Date('2026-01-05T08:00:00Z')).days).toEqual([
    '2025-12-29',
    '2025-12-30',
    '2025-12-31',
    '2026-01-01',
    '2026-01-02',
    '2026-01-03',
    '2026-01-04',
  ]);
});

test('the mail has the week’s numbers, and nothing of the days around it', async () => {
  await makeTable(on);
  const topicArn = await makeTopic();
  const page = (path: string, change: object = {}) =>
    queryEvent({ type: 'page_view', query: undefined, path, ...change } as never);
  await write([
    queryEvent({ query: 'Do you know Terraform?' }),
    queryEvent({ query: 'do you know  terraform' }),
    queryEvent({ query: 'Where are you based?', sessionId: 'session-2', occurredAt: '2026-03-02T00:00:00Z' }),
    page('/cv', { occurredAt: '2026-03-08T23:59:59.999Z' }),
    queryEvent({ occurredAt: '2026-03-01T23:59:59Z', sessionId: 'before' }),
    queryEvent({ occurredAt: '2026-03-09T00:00:00Z', sessionId: 'after' }),
  ]);
  const { run, lines } = reporter(topicArn);
  const outcome = await run();
  expect(outcome).toEqual({
    status: 'sent',
    from: '2026-03-02',
    to: '2026-03-08',
    total: 4,
    messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
  });
  expect(mails()).toEqual([
    expect.objectContaining({ to: 'ops@example.com', subject: 'CV analytics 2026-03-02 to 2026-03-08: 4 events' }),
  ]);
  const expected = [
    '4 events in 2 sessions, 2026-03-02 to 2026-03-08 (UTC)',
    '',
    'Events a day',
    '  1  Mon 2026-03-02',
    '  0  Tue 2026-03-03',
    '  2  Wed 2026-03-04',
    '  0  Thu 2026-03-05',
    '  0  Fri 2026-03-06',
    '  0  Sat 2026-03-07',
    '  1  Sun 2026-03-08',
    '',
    'By type',
    '  3  query',
    '  1  page_view',
    '',
    'Most asked',
    '  2  do you know terraform',
    '  1  where are you based',
    '',
    'Most visited',
    '  1  /cv',
    '',
    'Busiest hour: 10:00 to 11:00 UTC, 2 events',
  ].join('\n');
  expect(mails()[0]!.body).toContain(expected);
  expect(lines).toEqual([expect.objectContaining({ level: 'INFO', message: 'report sent', total: 4 })]);
});

test('a week without events is skipped: a line in the log, no mail', async () => {
  await makeTable(on);
  const topicArn = await makeTopic();
  await write([queryEvent({ occurredAt: '2026-02-20T10:00:00Z' })]);
  const { run, lines } = reporter(topicArn);
  expect(await run()).toEqual({ status: 'skipped', from: '2026-03-02', to: '2026-03-08', total: 0 });
  expect(mails()).toEqual([]);
  expect(lines).toEqual([expect.objectContaining({ message: 'no events in the week, no mail' })]);
});

test('it reads the seven days and never scans', async () => {
  await makeTable(on);
  const topicArn = await makeTopic();
  on.simulator.faults.add({ service: 'dynamodb', operation: 'Scan', error: { code: 'AccessDeniedException' } });
  const counter = on.simulator.faults.add({ service: 'dynamodb', operation: 'Query', delayMs: 1 });
  await write([queryEvent()]);
  await reporter(topicArn).run();
  expect(counter.hits).toBe(7);
});

test('a day of several pages is counted whole, and throttled reads are waited for', async () => {
  await makeTable(on, 500);
  const topicArn = await makeTopic();
  await on.clock.advance(300_000);
  const text = '語'.repeat(300);
  const events = Array.from({ length: 700 }, (_, i) => queryEvent({ query: `${i} ${text}` }));
  await Promise.all([0, 1, 2, 3].map((part) => write(events.filter((_, i) => i % 4 === part))));
  const { run, waits } = reporter(topicArn);
  expect(await run()).toMatchObject({ status: 'sent', total: 700 });
  expect(waits).toEqual([]);
  // Five read units a second: what is saved up ends within some runs, and the next one has to wait.
  for (let i = 0; i < 12; i++) expect(await run()).toMatchObject({ total: 700 });
  expect(waits.length).toBeGreaterThan(0);
});

test('a topic that refuses makes the report fail, so that Lambda tries again', async () => {
  await makeTable(on);
  await write([queryEvent()]);
  const missing = 'arn:aws:sns:us-east-1:000000000000:gone';
  await expect(reporter(missing).run()).rejects.toMatchObject({ name: 'NotFound' });
});

test('the subject keeps to SNS’s hundred characters of ASCII', () => {
  const builder = new SummaryBuilder(lastFullWeek(new Date(START)));
  builder.add({ type: 'query', sessionId: 'a', occurredAt: '2026-03-04T10:00:00Z', topic: 'x'.repeat(300) });
  const mail = weeklyMail(builder.summary());
  expect(mail.subject).toMatch(/^[\x20-\x7e]{1,100}$/);
  expect(Math.max(...mail.body.split('\n').map((line) => line.length))).toBeLessThan(80);
});
