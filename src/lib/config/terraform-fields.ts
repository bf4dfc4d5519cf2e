/** The fields of `terraform` in the configuration: what may stand there. */
export const TERRAFORM_FIELDS = {
  // https://developer.hashicorp.com/terraform/cloud-docs/users-teams-organizations/organizations
  organization: { pattern: /^[\w-]{1,40}$/, what: 'the name of an organisation', example: 'my-organisation' },
  // A name and a port, never a URL: what is sent there holds a token, so the scheme is not chosen by a file.
  hostname: {
    pattern: /^([a-z\d]([a-z\d.-]{0,251}[a-z\d])?|\[::1\])(:\d{1,5})?$/i,
    what: 'a host name',
    example: 'app.terraform.io',
  },
} as const;
