# What operators may do with cvops: four managed policies, to be attached to people's roles. The statements come from
# policies.json, which the tests hold equal to the table of what each command calls (docs/permissions.md).

module "names" {
  source = "../names"

  prefix = var.prefix
  region = var.region
}

locals {
  placeholders = {
    partition = module.names.partition
    region    = var.region
    account   = module.names.account_id
    prefix    = var.prefix
  }

  descriptions = {
    read-only   = "cvops: look at releases, queues, alarms, usage and reports; sees no message"
    replayer    = "cvops: see, replay, export, import and delete dead letters"
    releaser    = "cvops: deploy, promote, roll back and recover releases"
    break-glass = "cvops: every command; for the day on which the other policies do not do"
  }

  documents = {
    for name, statements in jsondecode(file("${path.module}/policies.json")) : name => jsonencode({
      Version = "2012-10-17"
      Statement = [for statement in statements : {
        Effect = statement.Effect
        Action = statement.Action
        Resource = [for arn in statement.Resource : replace(replace(replace(replace(arn,
          "{partition}", local.placeholders.partition),
          "{region}", local.placeholders.region),
          "{account}", local.placeholders.account),
        "{prefix}", local.placeholders.prefix)]
      }]
    })
  }
}

resource "aws_iam_policy" "operator" {
  for_each = local.descriptions

  name        = "${var.prefix}-${each.key}"
  path        = "/cvops/"
  description = each.value
  policy      = local.documents[each.key]
}
