# What the services call each other's things. Roots share no state: each makes the names, and the ARNs of them, anew.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition

  queues = { for name in ["queue.fifo", "dlq.fifo", "schedule-dlq"] : name => {
    name = "${var.prefix}-${name}"
    arn  = "arn:${local.partition}:sqs:${var.region}:${local.account_id}:${var.prefix}-${name}"
  } }
}
