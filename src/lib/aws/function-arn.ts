/**
 * The parts of `arn:aws:lambda:REGION:ACCOUNT:function:NAME[:QUALIFIER]`; without a name for the ARN of something else.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html#awslambda-resources-for-iam-policies
 */
export function functionOf(arn: string): {
  readonly name?: string | undefined;
  readonly qualifier?: string | undefined;
} {
  const [, , service, , , , name, qualifier] = arn.split(':');
  return service === 'lambda' ? { name, qualifier } : {};
}
