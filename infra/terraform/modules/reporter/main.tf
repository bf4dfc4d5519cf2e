# The weekly report: the function behind its alias, its schedule, and the topic that mails it. The alarms use the same
# topic: alarms.tf.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  name       = "${var.prefix}-reporter"
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  # By name: roots share no state.
  table_arn = "arn:${local.partition}:dynamodb:${var.region}:${local.account_id}:table/${var.prefix}-events"
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

# Before the function: it may not create groups, and one that Lambda creates keeps its lines for ever.
resource "aws_cloudwatch_log_group" "reporter" {
  name              = "/aws/lambda/${local.name}"
  retention_in_days = var.log_retention_days
}

resource "aws_iam_role" "reporter" {
  name = local.name

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "reporter" {
  name = "reporter"
  role = aws_iam_role.reporter.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "ReadEvents"
        Effect   = "Allow"
        Action   = "dynamodb:Query"
        Resource = local.table_arn
      },
      {
        Sid      = "MailReport"
        Effect   = "Allow"
        Action   = "sns:Publish"
        Resource = aws_sns_topic.alerts.arn
      },
      {
        Sid      = "WriteLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.reporter.arn}:*"
      },
    ]
  })
}

resource "aws_lambda_function" "reporter" {
  function_name = local.name
  role          = aws_iam_role.reporter.arn
  runtime       = var.runtime
  handler       = "index.handler"
  architectures = ["arm64"]
  memory_size   = var.memory_mb
  timeout       = var.timeout_seconds
  filename      = var.package_file
  # A change of settings makes a version too. It gets no traffic until cvops promotes it.
  publish = true

  environment {
    variables = {
      TABLE_NAME = "${var.prefix}-events"
      TOPIC_ARN  = aws_sns_topic.alerts.arn
    }
  }

  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.reporter.name
  }

  lifecycle {
    # Code is released by `cvops deploy`.
    ignore_changes = [filename, source_code_hash]
  }

  depends_on = [aws_iam_role_policy.reporter]
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  function_name    = aws_lambda_function.reporter.function_name
  function_version = aws_lambda_function.reporter.version

  lifecycle {
    # Moved by cvops, which keeps its record in the description. Without all three the next apply would push a canary
    # to 100 % or take a release back.
    ignore_changes = [function_version, routing_config, description]
  }
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
      Condition = { StringEquals = { "aws:SourceAccount" = local.account_id } }
    }]
  })
}

resource "aws_iam_role_policy" "schedule" {
  name = "invoke-reporter"
  role = aws_iam_role.schedule.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "InvokeReporter"
      Effect   = "Allow"
      Action   = "lambda:InvokeFunction"
      Resource = aws_lambda_alias.live.arn
    }]
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
    arn      = aws_lambda_alias.live.arn
    role_arn = aws_iam_role.schedule.arn

    retry_policy {
      maximum_retry_attempts       = 5
      maximum_event_age_in_seconds = 3600
    }
  }
}
