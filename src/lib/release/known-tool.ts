/** By what stands in the user agent that CloudTrail keeps; the first that fits. */
const TOOLS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/cvops\//, 'cvops'],
  // https://developer.hashicorp.com/terraform/plugin/sdkv2/logging and the provider's own agent string
  [/terraform/i, 'Terraform'],
  [/pulumi/i, 'Pulumi'],
  [/lambroll/, 'lambroll'],
  [/codedeploy/i, 'CodeDeploy'],
  [/cloudformation/i, 'CloudFormation'],
  [/console\.amazonaws\.com|signin\.amazonaws\.com|^AWS Internal|Mozilla\//, 'the AWS console'],
  [/aws-cli\//, 'the AWS CLI'],
  [/Boto3\//i, 'a Python program (Boto3)'],
  [/aws-sdk-js\//, 'a JavaScript program (AWS SDK)'],
  [/aws-sdk-go/, 'a Go program (AWS SDK)'],
];

/** The tool behind a user agent, in words; the agent's first word where it is not known. */
export function knownTool(userAgent: string): string {
  const found = TOOLS.find(([pattern]) => pattern.test(userAgent))?.[1];
  return found ?? (userAgent.split(' ', 1)[0] || 'an unknown tool');
}
