# What takes events from the queue into the table: the table, the function behind its alias, and the mapping between.

module "names" {
  source = "../names"

  prefix = var.prefix
  region = var.region
}

resource "aws_dynamodb_table" "events" {
  name                        = module.names.events_table.name
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

module "function" {
  source = "../function"

  name            = "${var.prefix}-processor"
  service         = "processor"
  package_file    = var.package_file
  timeout_seconds = var.timeout_seconds

  runtime            = var.function.runtime
  memory_mb          = var.function.memory_mb
  log_retention_days = var.function.log_retention_days

  environment = {
    TABLE_NAME     = aws_dynamodb_table.events.name
    RETENTION_DAYS = tostring(var.event_retention_days)
  }

  statements = [
    {
      Sid      = "TakeEvents"
      Action   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
      Resource = module.names.queue.arn
    },
    {
      Sid      = "WriteEvents"
      Action   = ["dynamodb:PutItem"]
      Resource = aws_dynamodb_table.events.arn
    },
  ]
}

resource "aws_lambda_event_source_mapping" "queue" {
  event_source_arn        = module.names.queue.arn
  function_name           = module.function.alias_arn
  batch_size              = var.batch_size
  function_response_types = ["ReportBatchItemFailures"]

  scaling_config {
    maximum_concurrency = var.maximum_concurrency
  }
}

module "release_ledger" {
  source = "../release-ledger"

  table_name          = "${var.prefix}-releases"
  deletion_protection = var.deletion_protection
}
