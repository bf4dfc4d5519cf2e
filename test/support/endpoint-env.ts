/** The environment that points `runCli` at a server on this machine: endpoint, region, and credentials that nobody checks. */
export function endpointEnv(endpoint: string): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'us-east-1',
    CVOPS_ENDPOINT_URL: endpoint,
  };
}
