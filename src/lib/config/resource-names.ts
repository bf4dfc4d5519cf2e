import type { ServiceConfig } from './config.ts';

interface ResourceName {
  /** What AWS, or HCP Terraform, lets such a name hold. */
  readonly pattern: RegExp;
  readonly what: string;
  readonly example: string;
}

const QUEUE: ResourceName = {
  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
  pattern: /^[\w-]{1,80}(\.fifo)?$/,
  what: 'the name of a queue',
  example: 'my-queue.fifo',
};

/** The names of a service's resources, as AWS and HCP Terraform let them be. */
export const NAMES: Readonly<Record<keyof ServiceConfig, ResourceName>> = {
  // https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
  function: { pattern: /^[\w-]{1,64}$/, what: 'the name of a Lambda function', example: 'my-function' },
  // https://docs.aws.amazon.com/lambda/latest/api/API_CreateAlias.html
  alias: { pattern: /^(?!\d+$)[\w-]{1,128}$/, what: 'the name of an alias', example: 'live' },
  queue: QUEUE,
  dlq: { ...QUEUE, example: 'my-queue-dlq.fifo' },
  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
  table: { pattern: /^[\w.-]{1,255}$/, what: 'the name of a table', example: 'my-table' },
  // https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html
  topic: { pattern: /^[\w-]{1,256}(\.fifo)?$/, what: 'the name of a topic', example: 'my-topic' },
  // https://developer.hashicorp.com/terraform/cloud-docs/workspaces/create#workspace-naming
  workspace: { pattern: /^[\w-]{1,90}$/, what: 'the name of an HCP Terraform workspace', example: 'my-workspace' },
  // https://developers.cloudflare.com/workers/wrangler/configuration/#inheritable-keys
  script: { pattern: /^[a-z0-9_-]{1,63}$/i, what: 'the name of a Cloudflare Worker', example: 'my-worker' },
  // https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html
  sender: { pattern: /^[\w+=,.@-]{1,64}$/, what: 'the name of an IAM user', example: 'my-sender' },
};

/** When a value is an ARN, a URL or a qualified name: what it is, and the name in it to write instead. */
export function nameIn(
  value: string,
  field: keyof ServiceConfig,
): { readonly is: string; readonly hint: string } | undefined {
  const is = value.startsWith('arn:') ? 'an ARN' : /^https?:\/\//.test(value) ? 'a URL' : undefined;
  // arn:aws:lambda:REGION:ACCOUNT:function:NAME[:QUALIFIER], …:table/NAME, …:NAME; a queue's URL ends with its name.
  const rest = value.replace(/^arn:([^:]*:){4}/, '').replace(/^(\d{12}:)?(function|table)[:/]/, '');
  const parts = rest.startsWith('arn:') ? [''] : rest.split(/[:/]/);
  const isFunction = field === 'function';
  const isFirst = is !== 'a URL' && (isFunction || field === 'table');
  const name = (isFirst ? parts[0] : parts.at(-1)) ?? '';
  const qualifier = isFunction ? parts[1] : undefined;
  if (is === undefined && qualifier === undefined) return undefined;
  if (!NAMES[field].pattern.test(name))
    return { is: is ?? `"${value}"`, hint: `e.g. "${field}": "${NAMES[field].example}".` };
  const alias = qualifier !== undefined && NAMES.alias.pattern.test(qualifier) ? `, "alias": "${qualifier}"` : '';
  return { is: is ?? 'a qualified name', hint: `write "${field}": "${name}"${alias}.` };
}
