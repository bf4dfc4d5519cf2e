# A queue as every one of this system is: encrypted, for TLS only, its policies inline. A redrive or queue policy as a
# resource of its own costs the provider 25 s of waiting.

resource "aws_sqs_queue" "this" {
  name       = var.name
  fifo_queue = endswith(var.name, ".fifo")
  # The Worker gives each event an id of its own; equal bodies are two events.
  content_based_deduplication = false
  visibility_timeout_seconds  = var.visibility_timeout_seconds
  message_retention_seconds   = var.retention_days * 24 * 60 * 60
  receive_wait_time_seconds   = var.receive_wait_time_seconds
  sqs_managed_sse_enabled     = true

  # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "TlsOnly"
      Effect    = "Deny"
      Principal = "*"
      Action    = "sqs:*"
      # By name: what the queue itself gives is not there before it.
      Resource  = var.arn
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })

  redrive_policy = var.dead_letters == null ? null : jsonencode({
    deadLetterTargetArn = var.dead_letters.arn
    maxReceiveCount     = var.dead_letters.max_receive_count
  })

  redrive_allow_policy = var.dead_letters_of == null ? null : jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [var.dead_letters_of]
  })
}
