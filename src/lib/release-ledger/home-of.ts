/** Partition, region and account of an ARN: `aws:eu-west-1:111122223333`. */
export function homeOf(arn: string): string {
  const [, partition, , region, account] = arn.split(':');
  return [partition, region, account].join(':');
}
