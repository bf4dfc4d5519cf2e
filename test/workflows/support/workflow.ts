import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';

export interface Step {
  readonly id?: string;
  readonly name?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly shell?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, unknown>>;
}

export interface Concurrency {
  readonly group: string;
  readonly queue?: string;
  readonly 'cancel-in-progress'?: boolean | string;
}

export interface Job {
  readonly needs?: string | readonly string[];
  readonly if?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string>>;
  readonly steps?: readonly Step[];
  readonly outputs?: Readonly<Record<string, string>>;
  readonly 'runs-on'?: string;
  readonly 'timeout-minutes'?: number;
  readonly environment?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly concurrency?: Concurrency;
  readonly strategy?: { readonly matrix: Readonly<Record<string, unknown>>; readonly 'max-parallel'?: number };
}

export interface Workflow {
  readonly file: string;
  readonly name: string;
  readonly on: Readonly<Record<string, Trigger | null>>;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly concurrency?: Concurrency;
  readonly jobs: Readonly<Record<string, Job>>;
}

interface Trigger {
  readonly branches?: readonly string[];
  readonly tags?: readonly string[];
  readonly paths?: readonly string[];
}

const ROOT = new URL('../../../', import.meta.url);

export const readProjectFile = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');

export const workflowFiles = (): string[] => readdirSync(new URL('.github/workflows', ROOT)).sort();

/** @param path from the project's root, or the name of one of our workflows */
export function readWorkflow(path: string): Workflow {
  const full = path.includes('/') ? path : `.github/workflows/${path}`;
  return {
    ...(parse(readProjectFile(full), { version: '1.2' }) as Omit<Workflow, 'file'>),
    file: full.split('/').at(-1)!,
  };
}

export const needsOf = (job: Job): readonly string[] =>
  typeof job.needs === 'string' ? [job.needs] : (job.needs ?? []);

/** Every step of every job of ours, with where it stands. */
export function allSteps(): { readonly where: string; readonly job: Job; readonly step: Step }[] {
  return workflowFiles().flatMap((file) =>
    Object.entries(readWorkflow(file).jobs).flatMap(([name, job]) =>
      (job.steps ?? []).map((step, index) => ({ where: `${file} ${name} step ${index + 1}`, job, step })),
    ),
  );
}
