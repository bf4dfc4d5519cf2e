# The weekly report: the function behind its alias, its schedule, and the topic that mails it. The alarms use the same
# topic: alarms.tf.

locals {
  name = "${var.prefix}-reporter"
}

module "names" {
  source = "../names"

  prefix = var.prefix
  region = var.region
}

# Not encrypted with alias/aws/sns: alarms may not use that key, and would say nothing.
# https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
resource "aws_sns_topic" "alerts" {
  name = "${var.prefix}-alerts"
}

resource "aws_sns_topic_subscription" "email" {
  topic_arn = aws_sns_topic.alerts.arn
  protocol  = "email"
  endpoint  = var.alert_email
}

module "function" {
  source = "../function"

  name            = local.name
  service         = "reporter"
  package_file    = var.package_file
  timeout_seconds = var.timeout_seconds

  runtime            = var.function.runtime
  memory_mb          = var.function.memory_mb
  log_retention_days = var.function.log_retention_days

  environment = {
    TABLE_NAME = module.names.events_table.name
    TOPIC_ARN  = aws_sns_topic.alerts.arn
  }

  statements = [
    {
      Sid      = "ReadEvents"
      Action   = ["dynamodb:Query"]
      Resource = module.names.events_table.arn
    },
    {
      Sid      = "MailReport"
      Action   = ["sns:Publish"]
      Resource = aws_sns_topic.alerts.arn
    },
  ]
}

# Calls that were never delivered, with the reason. A standard queue: the scheduler takes no FIFO queue.
# https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html
module "schedule_dlq" {
  source = "../queue"

  name           = module.names.schedule_dlq.name
  arn            = module.names.schedule_dlq.arn
  retention_days = 14
}

resource "aws_iam_role" "schedule" {
  name = "${local.name}-schedule"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "scheduler.amazonaws.com" }
      # Nobody else's schedule may use it.
      # https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
      Condition = { StringEquals = { "aws:SourceAccount" = module.names.account_id } }
    }]
  })
}

resource "aws_iam_role_policy" "schedule" {
  name = "invoke-reporter"
  role = aws_iam_role.schedule.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "InvokeReporter"
        Effect   = "Allow"
        Action   = "lambda:InvokeFunction"
        Resource = module.function.alias_arn
      },
      {
        Sid      = "KeepUndelivered"
        Effect   = "Allow"
        Action   = "sqs:SendMessage"
        Resource = module.schedule_dlq.queue.arn
      },
    ]
  })
}

resource "aws_scheduler_schedule" "weekly" {
  name                         = "${var.prefix}-weekly-report"
  schedule_expression          = var.schedule
  schedule_expression_timezone = var.schedule_time_zone

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = module.function.alias_arn
    role_arn = aws_iam_role.schedule.arn

    retry_policy {
      maximum_retry_attempts       = 5
      maximum_event_age_in_seconds = 3600
    }

    dead_letter_config {
      arn = module.schedule_dlq.queue.arn
    }
  }
}
