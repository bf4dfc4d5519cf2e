import { type EmulatorName, EmulatorUnavailable, prepareProgram } from '../../scripts/emulators.mjs';
import { awsBackend } from './backends/aws-backend.ts';
import type { Backend, BackendName } from './backends/backend.ts';
import { emulatorBackend } from './backends/emulator-backend.ts';
import { simulatorBackend } from './backends/simulator-backend.ts';

/** A backend that takes part in a run, or the reason why it does not. */
export interface Participant {
  readonly name: BackendName;
  /** Heading of its column, e.g. `ministack 1.5.33`. */
  readonly title: string;
  readonly clock: boolean;
  readonly open?: () => Promise<Backend>;
  readonly absent?: string;
}

/** The simulator, both emulators as far as Python can provide them, and AWS itself when the environment asks for it. */
export async function participants(environment: NodeJS.ProcessEnv): Promise<readonly Participant[]> {
  const aws = awsBackend(environment);
  return [
    { name: 'simulator', title: 'simulator', clock: true, open: async () => simulatorBackend() },
    ...(await Promise.all([emulator('ministack'), emulator('moto')])),
    ...(aws === undefined ? [] : [{ name: aws.name, title: aws.version, clock: false, open: async () => aws }]),
  ];
}

async function emulator(name: EmulatorName): Promise<Participant> {
  try {
    const { version } = await prepareProgram(name);
    return { name, title: `${name} ${version}`, clock: false, open: () => emulatorBackend(name) };
  } catch (cause) {
    if (!(cause instanceof EmulatorUnavailable)) throw cause;
    return { name, title: `${name} (absent)`, clock: false, absent: cause.message };
  }
}
