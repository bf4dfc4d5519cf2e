import { COST } from './checks/cost.ts';
import { OPERATIONAL } from './checks/operational.ts';
import { PERFORMANCE } from './checks/performance.ts';
import { RELIABILITY } from './checks/reliability.ts';
import { SECURITY } from './checks/security.ts';
import type { SystemFacts } from './facts.ts';
import { type AuditResult, type AuditRule, type AuditStatus, PILLARS, type Pillar } from './verdict.ts';

/** One check of the audit: the worst of what it found in the parts that it is about; `SKIP` where it found nothing. */
export interface AuditCheck {
  readonly id: string;
  readonly pillar: Pillar;
  readonly status: AuditStatus;
  /** What was found in the parts that have this status. */
  readonly evidence: string;
  readonly mend: string | null;
  readonly results: readonly AuditResult[];
}

const RULES: readonly AuditRule[] = [...OPERATIONAL, ...SECURITY, ...RELIABILITY, ...PERFORMANCE, ...COST];

/** From bad to good. */
const WORST_FIRST: readonly AuditStatus[] = ['NG', 'SKIP', 'NOTE', 'OK'];

/** Judges what was read, pillar after pillar, the worst first. Checks of parts that the system does not have are left out. */
export function audit(facts: SystemFacts, pillars: readonly Pillar[] = PILLARS): readonly AuditCheck[] {
  const checks = RULES.filter(({ pillar }) => pillars.includes(pillar)).flatMap((rule) => checked(rule, facts) ?? []);
  const rank = ({ pillar, status }: AuditCheck) =>
    PILLARS.indexOf(pillar) * WORST_FIRST.length + WORST_FIRST.indexOf(status);
  return checks.sort((a, b) => rank(a) - rank(b));
}

function checked({ id, pillar, results: look }: AuditRule, facts: SystemFacts): AuditCheck | undefined {
  const results = look(facts);
  const [first] = results.toSorted((a, b) => weight(a) - weight(b));
  if (first === undefined) return undefined;
  const telling = results.filter((result) => weight(result) === weight(first));
  const mends = new Set(telling.flatMap(({ mend }) => mend ?? []));
  const evidence = words(telling, results);
  return { id, pillar, status: first.status, evidence, mend: [...mends].join('; ') || null, results };
}

/** By how much a part tells of the whole: one that has nothing to look at tells least. */
function weight({ status, code }: AuditResult): number {
  return status === 'SKIP' && code === null ? WORST_FIRST.length : WORST_FIRST.indexOf(status);
}

/** `processor.dlq: it has no policy`; without the names where all say the same. */
function words(telling: readonly AuditResult[], all: readonly AuditResult[]): string {
  const said = new Set(telling.map(({ evidence }) => evidence));
  if (said.size === 1 && telling.length === all.length) return telling[0]!.evidence;
  return telling.map(({ subject, evidence }) => `${subject}: ${evidence}`).join('; ');
}
