import type { Counted, Summary } from './summary.ts';

export interface Mail {
  readonly subject: string;
  readonly body: string;
}

/** Up to 100 characters of ASCII without line breaks (https://docs.aws.amazon.com/sns/latest/api/API_Publish.html). */
const MAX_SUBJECT = 100;
const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const LONGEST_NAME = 60;

/** The weekly mail, in plain text. */
export function weeklyMail(summary: Summary): Mail {
  const { days } = summary.week;
  const period = `${days[0]} to ${days.at(-1)}`;
  const subject = `CV analytics ${period}: ${number(summary.total)} events`.slice(0, MAX_SUBJECT);
  const busiest = summary.busiestHour;
  const sections = [
    `${number(summary.total)} events in ${number(summary.sessions)} sessions, ${period} (UTC)`,
    section(
      'Events a day',
      summary.perDay.map(({ name, count }, i) => ({ name: `${WEEKDAYS[i]} ${name}`, count })),
    ),
    section('By type', summary.perType),
    ...(summary.topQueries.length > 0 ? [section('Most asked', summary.topQueries)] : []),
    ...(summary.topPaths.length > 0 ? [section('Most visited', summary.topPaths)] : []),
    ...(busiest === undefined
      ? []
      : [
          `Busiest hour: ${pad(busiest.hour)}:00 to ${pad((busiest.hour + 1) % 24)}:00 UTC, ${number(busiest.count)} events`,
        ]),
  ];
  return { subject, body: `${sections.join('\n\n')}\n` };
}

function section(title: string, rows: readonly Counted[]): string {
  const width = Math.max(...rows.map(({ count }) => number(count).length));
  return [title, ...rows.map(({ name, count }) => `  ${number(count).padStart(width)}  ${shorten(name)}`)].join('\n');
}

function shorten(name: string): string {
  return name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME - 1)}…`;
}

function number(value: number): string {
  return value.toLocaleString('en-GB');
}

function pad(hour: number): string {
  return String(hour).padStart(2, '0');
}
