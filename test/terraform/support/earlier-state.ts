import { readFileSync, writeFileSync } from 'node:fs';

const FUNCTION = (service: string): [now: string, before: string][] =>
  ['aws_cloudwatch_log_group', 'aws_iam_role', 'aws_iam_role_policy', 'aws_lambda_function'].map((type) => [
    `module.${service}.module.function.${type}.this`,
    `module.${service}.${type}.${service}`,
  ]);

/** Addresses, and those under which older states hold the same: before functions and queues were modules of their own. */
export const EARLIER: Readonly<Record<string, string>> = Object.fromEntries([
  ['module.worker.module.dead_letters.aws_sqs_queue.this', 'module.worker.aws_sqs_queue.dead_letters'],
  ['module.worker.module.events.aws_sqs_queue.this', 'module.worker.aws_sqs_queue.events'],
  ...['processor', 'reporter'].flatMap((service) => [
    ...FUNCTION(service),
    [`module.${service}.module.function.aws_lambda_alias.live`, `module.${service}.aws_lambda_alias.live`],
  ]),
]);

/** Writes a copy of a state file that is as old as {@link EARLIER}. */
export function writeEarlier(file: string, copy: string): void {
  const state = JSON.parse(readFileSync(file, 'utf8')) as { resources: StateResource[] };
  for (const resource of state.resources) {
    const before = EARLIER[`${resource.module}.${resource.type}.${resource.name}`]?.split('.');
    if (before !== undefined) Object.assign(resource, { module: before.slice(0, -2).join('.'), name: before.at(-1) });
    for (const instance of resource.instances) {
      if (instance.dependencies) instance.dependencies = instance.dependencies.map((each) => EARLIER[each] ?? each);
    }
  }
  writeFileSync(copy, JSON.stringify(state));
}

interface StateResource {
  readonly module: string;
  readonly type: string;
  readonly name: string;
  readonly instances: { dependencies?: string[] }[];
}
