import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { CvopsError } from '../../errors/cvops-error.ts';
import { ExitCode } from '../../errors/exit-code.ts';
import type { SavedPlan } from './saved-plan.ts';

/**
 * Writes a plan for its owner alone (0600), whole or not at all.
 * @throws CvopsError `PlanNotWritable`
 */
export async function writePlanFile(path: string, plan: SavedPlan): Promise<void> {
  const draft = `${path}.${randomBytes(4).toString('hex')}.part`;
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(planText(plan));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (cause) {
    await rm(draft, { force: true }).catch(() => {});
    const { code } = cause as NodeJS.ErrnoException;
    throw new CvopsError('PlanNotWritable', ExitCode.failed, `the plan cannot be written to ${path}: ${code}.`, {
      hint: 'nothing was sent or deleted; name another file with --save-plan.',
      cause,
    });
  }
}

/** A message a line, so that two plans can be compared. */
function planText({ messages, ...rest }: SavedPlan): string {
  const head = JSON.stringify(rest, null, 2).slice(0, -2);
  const lines = messages.map((message) => `    ${JSON.stringify(message)}`).join(',\n');
  return `${head},\n  "messages": [${lines === '' ? '' : `\n${lines}\n  `}]\n}\n`;
}

/** @throws CvopsError `PlanNotFound`, `InvalidPlan` */
export async function readPlanFile(path: string): Promise<SavedPlan> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') {
      throw new CvopsError('PlanNotFound', ExitCode.notFound, `there is no plan ${path}.`, {
        hint: `make one with \`cvops dlq replay --dry-run --save-plan ${path}\`.`,
      });
    }
    throw invalid(path, `it cannot be read: ${code}`, cause);
  }
  let plan: Partial<SavedPlan>;
  try {
    plan = JSON.parse(text) as Partial<SavedPlan>;
  } catch (cause) {
    throw invalid(path, `it is not JSON, or not whole: ${(cause as Error).message}`, cause);
  }
  if (plan?.kind !== 'cvops/dlq.plan') throw invalid(path, 'it is no plan of a replay');
  if (plan.version !== 1) throw invalid(path, `it has version ${plan.version}, and this cvops reads version 1`);
  const problem = problemOf(plan);
  if (problem !== null) throw invalid(path, problem);
  return plan as SavedPlan;
}

/** What a plan lacks that applying it rests on. */
function problemOf(plan: Partial<SavedPlan>): string | null {
  for (const end of ['dlq', 'target'] as const) {
    if (!/^arn:[\w-]+:sqs:/.test(String(plan[end]?.arn)) || typeof plan[end]?.name !== 'string') {
      return `${end} has no ARN or no name`;
    }
  }
  const { options } = plan;
  const isText = (value: unknown) => value === null || typeof value === 'string';
  if (options === undefined || !isText(options.edit) || typeof options.outOfOrder !== 'boolean') {
    return 'its options are not whole';
  }
  if (!Array.isArray(plan.messages)) return 'it has no list of messages';
  const wrong = plan.messages.findIndex(
    (each) => typeof each?.id !== 'string' || each.id === '' || typeof each.md5 !== 'string',
  );
  if (wrong >= 0) return `message ${wrong + 1} of its list has no id or no MD5`;
  return null;
}

function invalid(path: string, problem: string, cause?: unknown): CvopsError {
  return new CvopsError('InvalidPlan', ExitCode.usage, `${path} cannot be applied: ${problem}.`, {
    hint: 'make a new plan with `cvops dlq replay --dry-run --save-plan FILE`.',
    cause,
  });
}
