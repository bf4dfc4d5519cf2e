# What the Worker sends to: the queue, its dead letters, and a user that may do nothing but send.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  queue_name = "${var.prefix}-queue.fifo"
  dlq_name   = "${var.prefix}-dlq.fifo"
  # From names rather than from one another: each policy stands inline, without a circle. A redrive or queue policy as
  # a resource of its own costs the provider 25 s of waiting.
  arn_prefix = "arn:${data.aws_partition.current.partition}:sqs:${var.region}:${data.aws_caller_identity.current.account_id}"
  queue_arn  = "${local.arn_prefix}:${local.queue_name}"
  dlq_arn    = "${local.arn_prefix}:${local.dlq_name}"

  # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html
  tls_only = { for name, arn in { queue = local.queue_arn, dlq = local.dlq_arn } : name => jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "TlsOnly"
      Effect    = "Deny"
      Principal = "*"
      Action    = "sqs:*"
      Resource  = arn
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  }) }
}

resource "aws_sqs_queue" "dead_letters" {
  name                        = local.dlq_name
  fifo_queue                  = true
  content_based_deduplication = false
  # The longest there is: the time to understand what failed.
  message_retention_seconds = 14 * 24 * 60 * 60
  sqs_managed_sse_enabled   = true
  policy                    = local.tls_only.dlq

  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [local.queue_arn]
  })
}

resource "aws_sqs_queue" "events" {
  name       = local.queue_name
  fifo_queue = true
  # The Worker gives each event an id of its own; equal bodies are two events.
  content_based_deduplication = false
  visibility_timeout_seconds  = var.visibility_timeout_seconds
  message_retention_seconds   = var.retention_days * 24 * 60 * 60
  # Every empty receive is a billed request.
  receive_wait_time_seconds = 20
  sqs_managed_sse_enabled   = true
  policy                    = local.tls_only.queue

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_letters.arn
    maxReceiveCount     = var.max_receive_count
  })
}

# Its access key is made and rotated by `cvops credentials rotate`: one made here would lie in the state.
resource "aws_iam_user" "sender" {
  name          = "${var.prefix}-sender"
  path          = "/cvops/"
  force_destroy = true
}

resource "aws_iam_user_policy" "send" {
  name = "send-events"
  user = aws_iam_user.sender.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "Send"
      Effect   = "Allow"
      Action   = "sqs:SendMessage"
      Resource = aws_sqs_queue.events.arn
    }]
  })
}
