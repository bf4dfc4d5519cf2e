/** Where MiniStack does not do what AWS does, and what the apply does about it; docs/infrastructure.md has the same list. */
export interface Divergence {
  readonly what: string;
  /** Changes that a second plan may show: the attributes, by the resource's address without its index. */
  readonly planned?: { readonly address: string; readonly attributes: readonly string[] };
  /** An override in the copy of the configuration: the file, and its text. */
  readonly override?: { readonly file: string; readonly text: string };
}

/** What MiniStack's DescribeAlarms leaves out. */
const FORGOTTEN = [
  'actions_enabled',
  'alarm_actions',
  'alarm_description',
  'dimensions',
  'extended_statistic',
  'ok_actions',
  'period',
  'statistic',
  'treat_missing_data',
];

export const DIVERGENCES: readonly Divergence[] = [
  {
    what: 'DescribeAlarms leaves out most of an alarm, so every plan would set it again',
    planned: { address: 'module.reporter.aws_cloudwatch_metric_alarm.this', attributes: FORGOTTEN },
  },
  {
    what: 'DescribeAlarms leaves out most of an alarm, so every plan would set it again',
    planned: { address: 'module.reporter.aws_cloudwatch_metric_alarm.reporter_did_not_run', attributes: FORGOTTEN },
  },
  {
    what: 'ListSSHPublicKeys is not there, which the provider asks for when it deletes a user by force',
    override: {
      file: 'modules/worker/ministack_override.tf',
      text: 'resource "aws_iam_user" "sender" {\n  force_destroy = false\n}\n',
    },
  },
  { what: 'queues report no metrics, so the test reports the depth that the queue tells' },
];
