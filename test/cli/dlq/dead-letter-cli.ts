import { afterEach, beforeEach } from 'vitest';
import { DeadLetterScene } from '../../integration/dlq/support/dead-letter-scene.ts';
import { type CliResult, makeHome, type RunCliOptions, removeHome, runCli } from '../../support/run-cli.ts';

/** A fresh pair of FIFO queues and a fresh HOME for each test. */
export interface DeadLetterCli {
  readonly scene: DeadLetterScene;
  readonly home: string;
  run(argv: readonly string[], options?: RunCliOptions): Promise<CliResult>;
}

/** Registers the set-up; what it answers is good inside tests. */
export function deadLetterCli(): DeadLetterCli {
  let scene: DeadLetterScene;
  let home: string;
  beforeEach(async () => {
    home = makeHome();
    scene = await DeadLetterScene.start();
  });
  afterEach(async () => {
    await scene.stop();
    removeHome(home);
  });
  return {
    get scene() {
      return scene;
    },
    get home() {
      return home;
    },
    run: (argv, options = {}) => runCli(argv, { env: scene.env, clock: scene.clock, home, ...options }),
  };
}
