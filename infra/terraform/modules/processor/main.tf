# What takes events from the queue into the table: the table, the function behind its alias, and the mapping between.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  name = "${var.prefix}-processor"
  # By name: roots share no state.
  queue_arn = "arn:${data.aws_partition.current.partition}:sqs:${var.region}:${data.aws_caller_identity.current.account_id}:${var.prefix}-queue.fifo"
}

resource "aws_dynamodb_table" "events" {
  name                        = "${var.prefix}-events"
  billing_mode                = "PROVISIONED"
  read_capacity               = var.read_capacity
  write_capacity              = var.write_capacity
  hash_key                    = "day"
  range_key                   = "id"
  deletion_protection_enabled = var.deletion_protection

  attribute {
    name = "day"
    type = "S"
  }

  attribute {
    name = "id"
    type = "S"
  }

  ttl {
    attribute_name = "expiresAt"
    enabled        = true
  }
}

# Before the function: it may not create groups, and one that Lambda creates keeps its lines for ever.
resource "aws_cloudwatch_log_group" "processor" {
  name              = "/aws/lambda/${local.name}"
  retention_in_days = var.log_retention_days
}

resource "aws_iam_role" "processor" {
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

resource "aws_iam_role_policy" "processor" {
  name = "processor"
  role = aws_iam_role.processor.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "TakeEvents"
        Effect   = "Allow"
        Action   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
        Resource = local.queue_arn
      },
      {
        Sid      = "WriteEvents"
        Effect   = "Allow"
        Action   = "dynamodb:PutItem"
        Resource = aws_dynamodb_table.events.arn
      },
      {
        Sid      = "WriteLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.processor.arn}:*"
      },
    ]
  })
}

resource "aws_lambda_function" "processor" {
  function_name = local.name
  role          = aws_iam_role.processor.arn
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
      TABLE_NAME     = aws_dynamodb_table.events.name
      RETENTION_DAYS = tostring(var.event_retention_days)
    }
  }

  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.processor.name
  }

  lifecycle {
    # Code is released by `cvops deploy`.
    ignore_changes = [filename, source_code_hash]
  }

  depends_on = [aws_iam_role_policy.processor]
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  function_name    = aws_lambda_function.processor.function_name
  function_version = aws_lambda_function.processor.version

  lifecycle {
    # Moved by cvops, which keeps its record in the description. Without all three the next apply would push a canary
    # to 100 % or take a release back.
    ignore_changes = [function_version, routing_config, description]
  }
}

resource "aws_lambda_event_source_mapping" "queue" {
  event_source_arn        = local.queue_arn
  function_name           = aws_lambda_alias.live.arn
  batch_size              = var.batch_size
  function_response_types = ["ReportBatchItemFailures"]

  scaling_config {
    maximum_concurrency = var.maximum_concurrency
  }

  depends_on = [aws_iam_role_policy.processor]
}

module "release_ledger" {
  source = "../release-ledger"

  table_name          = "${var.prefix}-releases"
  deletion_protection = var.deletion_protection
}
