import type { Period } from '../month.ts';
import { projectFlow, projectionConfidence, straightLine } from '../projection.ts';
import type { Confidence, Term } from '../usage-row.ts';
import { byDay, type Hours, total } from './hours.ts';
import type { Amount, Range } from './row-of.ts';

const ORDER: readonly Confidence[] = ['low', 'medium', 'high'];

/** The lowest of them. */
export function least(...confidences: readonly Confidence[]): Confidence {
  return ORDER.find((each) => confidences.includes(each)) ?? 'high';
}

/** @param range bounds of the total; without them it is a count. @param projected instead of the week's rhythm. */
export function flow(
  hours: Hours,
  period: Period,
  range: Range | null = null,
  projected = projectFlow(hours, period),
): Amount {
  const used = total(hours);
  return {
    used,
    range,
    projected,
    // What is unknown of the month so far stays unknown in the same measure.
    projectedRange:
      range === null || projected === null
        ? null
        : used === 0
          ? range
          : { low: (range.low * projected) / used, high: (range.high * projected) / used },
    confidence: least(projectionConfidence(hours, period), range === null ? 'high' : 'medium'),
    daily: byDay(hours, period),
  };
}

/** Something that is there or not: today's level stays. Of a month that is over nobody knows it any more. */
export function level(used: number, period: Period, confidence: Confidence = 'high'): Amount {
  return {
    used,
    range: null,
    projected: used,
    projectedRange: null,
    confidence: period.isOver ? 'low' : confidence,
    daily: [],
  };
}

/** Said of a level in a month that is over. */
export function pastLevelNote({ isOver, month }: Period): string | false {
  return isOver && `This is today's level; what it was in ${month.name} is not kept.`;
}

/**
 * The number that AWS's own forecast would come to, for `--explain`.
 * https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/tracking-free-tier-usage.html
 */
export function straightLineTerm(used: number, period: Period, unit: string): Term {
  return {
    name: 'by AWS’s own forecast',
    value: straightLine(used, period),
    unit,
    source: 'used × days of the month ÷ days so far',
  };
}
