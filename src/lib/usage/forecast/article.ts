import { sumOf } from '../rows/hours.ts';
import type { Scenario } from './forecast.ts';
import type { Bounds } from './forecast-row.ts';

/** The source article's forecast for a service beside ours; its fields are public promises. */
export interface ArticleLine {
  readonly service: string;
  /** USD a month; null: the article has no such line. */
  readonly articleUsd: number | null;
  readonly oursUsd: number;
  readonly oursRangeUsd: Bounds;
  /** Why they differ. */
  readonly why: string;
}

export interface ArticleComparison {
  readonly lines: readonly ArticleLine[];
  readonly articleUsd: number;
  readonly why: string;
}

/** What the article has by service; the same at 1 million and, times ten, at 10 million. USD for a million. */
const PER_MILLION = { Lambda: 0.2, DynamoDB: 0.52, SQS: 0.1 } as const;
const ARTICLE_QUERIES = [1_000_000, 10_000_000];

const WHY: Readonly<Record<string, string>> = {
  Lambda:
    'The article charges every request. The first million of a month is free, and so are the GB-seconds, which it does not name.',
  DynamoDB:
    'The article charges each write, at no price that DynamoDB has. Provisioned capacity is billed by the hour, and up to 25 units it is free. What goes beyond first is the weekly report, which reads every item of the week.',
  SQS: 'The article charges a message once, at no price that SQS has. A message is a send, a receive and a delete, a FIFO request costs $0.50 a million, and the polls that find nothing count too. A million requests are free.',
  CloudWatch: 'The article forgets the log lines beyond 5 GB.',
  Cloudflare: 'The article forgets that a Worker above 100,000 requests on a day needs the paid plan.',
};

/** The article's figures beside those of a scenario; null for a traffic that it says nothing of. */
export function besideArticle(scenario: Scenario): ArticleComparison | null {
  if (!ARTICLE_QUERIES.includes(scenario.queriesPerMonth)) return null;
  const millions = scenario.queriesPerMonth / 1_000_000;
  const lines = Object.entries(WHY).map(([service, why]): ArticleLine => {
    const rows = scenario.rows.filter((row) => row.service === service);
    const sum = (amount: (row: Scenario['rows'][number]) => number) => sumOf(rows.map(amount));
    const perMillion = PER_MILLION[service as keyof typeof PER_MILLION];
    return {
      service,
      articleUsd: perMillion === undefined ? null : perMillion * millions,
      oursUsd: sum((row) => row.costUsd),
      oursRangeUsd: { low: sum((row) => row.costRangeUsd.low), high: sum((row) => row.costRangeUsd.high) },
      why,
    };
  });
  return {
    lines: lines.filter(({ articleUsd, oursRangeUsd }) => articleUsd !== null || oursRangeUsd.high > 0),
    articleUsd: sumOf(Object.values(PER_MILLION)) * millions,
    why: 'The article takes off no allowance and prints dollars as pounds.',
  };
}
