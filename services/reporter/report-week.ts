import type { Log } from '../shared/log.ts';
import type { EventDays } from './event-days.ts';
import { weeklyMail } from './mail.ts';
import { type Summary, SummaryBuilder } from './summary.ts';
import type { Topic } from './topic.ts';
import { lastFullWeek } from './week.ts';

export interface ReporterOptions {
  readonly days: EventDays;
  readonly topic: Topic;
  readonly log: Log;
}

export interface ReportOutcome {
  readonly status: 'sent' | 'skipped';
  readonly from: string;
  readonly to: string;
  readonly total: number;
  readonly messageId?: string;
}

/** Reports the last full week before `at`: one mail, or none when nothing happened. Rejects when it could not. */
export async function reportWeek(at: Date, { days, topic, log }: ReporterOptions): Promise<ReportOutcome> {
  const week = lastFullWeek(at);
  const builder = new SummaryBuilder(week);
  // One day after another: the table's read units are few.
  for (const day of week.days) {
    for await (const page of days.pages(day)) for (const event of page) builder.add(event);
  }
  const summary: Summary = builder.summary();
  const outcome = { from: week.days[0]!, to: week.days.at(-1)!, total: summary.total };
  if (summary.total === 0) {
    log('INFO', 'no events in the week, no mail', outcome);
    return { status: 'skipped', ...outcome };
  }
  const messageId = await topic.publish(weeklyMail(summary));
  log('INFO', 'report sent', { ...outcome, messageId });
  return { status: 'sent', ...outcome, messageId };
}
