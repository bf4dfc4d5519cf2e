export type EmulatorName = 'ministack' | 'moto';

export class EmulatorUnavailable extends Error {}

export interface PreparedProgram {
  readonly name: string;
  readonly version: string;
  /** The interpreter that runs the program's modules. */
  readonly python: string;
  readonly source: 'machine' | 'cache';
}

export interface RunningEmulator {
  readonly name: string;
  readonly version: string;
  readonly endpoint: string;
  /** Path of its log. */
  readonly log: string;
  stop(): Promise<void>;
}

export function prepareProgram(name: EmulatorName | 'awscli', options?: { cache?: string }): Promise<PreparedProgram>;
export function startEmulator(name: EmulatorName, options?: { readyWithinMs?: number }): Promise<RunningEmulator>;
export function prepareAwsCli(): Promise<{ command: string; args: readonly string[]; version: string }>;
