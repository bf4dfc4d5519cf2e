# What the Worker sends to: the queue, its dead letters, and a user that may do nothing but send.

module "names" {
  source = "../names"

  prefix = var.prefix
  region = var.region
}

module "dead_letters" {
  source = "../queue"

  name = module.names.dlq.name
  arn  = module.names.dlq.arn
  # The longest there is: the time to understand what failed.
  retention_days = 14
  # By name: the queue comes after its dead-letter queue.
  dead_letters_of = module.names.queue.arn
}

module "events" {
  source = "../queue"

  name                       = module.names.queue.name
  arn                        = module.names.queue.arn
  visibility_timeout_seconds = var.visibility_timeout_seconds
  retention_days             = var.retention_days
  # Every empty receive is a billed request.
  receive_wait_time_seconds = 20

  dead_letters = {
    arn               = module.dead_letters.queue.arn
    max_receive_count = var.max_receive_count
  }
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
      Resource = module.events.queue.arn
    }]
  })
}
