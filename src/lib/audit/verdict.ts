import type { Gap, Reading } from '../usage/readings.ts';
import type { Subject, SystemFacts } from './facts.ts';

/** Of the AWS Well-Architected Framework, those that the example system claims; in the order of the page. */
export const PILLARS = ['operational', 'security', 'reliability', 'performance', 'cost'] as const;
export type Pillar = (typeof PILLARS)[number];

/** NOTE: neither good nor bad, a choice to know of. SKIP: nothing to look at, or not allowed to. */
export type AuditStatus = 'OK' | 'NOTE' | 'SKIP' | 'NG';

/** What a check says of one part of the system. */
export interface Verdict {
  readonly status: AuditStatus;
  /** The value that was found. */
  readonly evidence: string;
  /** A command of cvops, or what to set in Terraform; null where nothing is to be done. */
  readonly mend: string | null;
  /** Why it could not be looked at: an error's code; null otherwise. */
  readonly code: string | null;
}

export interface AuditResult extends Verdict {
  /** `processor.dlq`. */
  readonly subject: string;
  /** Its name in AWS. */
  readonly resource: string;
}

/** One question, asked of every part of the system that it is about. */
export interface AuditRule {
  readonly id: string;
  readonly pillar: Pillar;
  results(facts: SystemFacts): readonly AuditResult[];
}

export const ok = (evidence: string): Verdict => ({ status: 'OK', evidence, mend: null, code: null });
export const ng = (evidence: string, mend: string): Verdict => ({ status: 'NG', evidence, mend, code: null });
export const note = (evidence: string, mend: string | null = null): Verdict => ({
  status: 'NOTE',
  evidence,
  mend,
  code: null,
});
export const skip = (evidence: string): Verdict => ({ status: 'SKIP', evidence, mend: null, code: null });

/** Ends the check that needed what could not be read. */
class Unread extends Error {
  readonly gap: Gap;

  constructor(gap: Gap) {
    super(gap.message);
    this.gap = gap;
  }
}

/** What was read; where it was not, the check that asks is skipped with the reason. */
export function known<T>(reading: Reading<T>): T {
  if (reading.gap !== undefined) throw new Unread(reading.gap);
  return reading.value;
}

/**
 * A check over parts of the system.
 * @param subjects which parts it is about.
 * @param look judges one of them; {@link known} takes facts out of their readings.
 */
export function rule<S extends Subject>(
  pillar: Pillar,
  id: string,
  subjects: (facts: SystemFacts) => readonly S[],
  look: (subject: S, facts: SystemFacts) => Verdict,
): AuditRule {
  return {
    id,
    pillar,
    results: (facts) =>
      subjects(facts).map((subject) => ({
        subject: subject.label,
        resource: subject.name,
        ...judged(() => look(subject, facts)),
      })),
  };
}

function judged(look: () => Verdict): Verdict {
  try {
    return look();
  } catch (cause) {
    if (!(cause instanceof Unread)) throw cause;
    const { code, message, hint = null } = cause.gap;
    return { status: 'SKIP', evidence: message.replace(/\.$/, ''), mend: hint, code };
  }
}
