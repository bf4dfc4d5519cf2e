# Offline: no account, no network. `terraform test` in this folder.

mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/cv-analytics-processor" }
  }
  mock_resource "aws_lambda_function" {
    defaults = {
      arn     = "arn:aws:lambda:eu-west-2:123456789012:function:cv-analytics-processor"
      version = "1"
    }
  }
  mock_resource "aws_lambda_alias" {
    defaults = { arn = "arn:aws:lambda:eu-west-2:123456789012:function:cv-analytics-processor:live" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-west-2:123456789012:log-group:/aws/lambda/cv-analytics-processor" }
  }
  mock_resource "aws_dynamodb_table" {
    defaults = { arn = "arn:aws:dynamodb:eu-west-2:123456789012:table/cv-analytics-mock" }
  }
}

variables {
  region       = "eu-west-2"
  package_file = "processor.zip"
}

run "makes_a_function_behind_its_alias" {
  assert {
    condition     = output.function_name == "cv-analytics-processor" && output.alias_name == "live"
    error_message = "cvops looks for these names."
  }
  assert {
    condition     = output.table_name == "cv-analytics-events" && output.release_table_name == "cv-analytics-releases"
    error_message = "The reporter and cvops look for these names."
  }
  assert {
    condition     = aws_lambda_event_source_mapping.queue.function_name == aws_lambda_alias.live.arn
    error_message = "The queue invokes the alias: else every published version is live at once."
  }
  assert {
    condition     = aws_lambda_event_source_mapping.queue.event_source_arn == "arn:aws:sqs:eu-west-2:123456789012:cv-analytics-queue.fifo"
    error_message = "The queue of the worker's root, by name."
  }
  assert {
    condition     = tolist(aws_lambda_event_source_mapping.queue.function_response_types) == tolist(["ReportBatchItemFailures"])
    error_message = "One failed record must not bring the others of its batch again."
  }
  assert {
    condition     = aws_lambda_function.processor.environment[0].variables == tomap({ TABLE_NAME = "cv-analytics-events", RETENTION_DAYS = "90" })
    error_message = "What the handler reads."
  }
  assert {
    condition     = aws_dynamodb_table.events.ttl[0].enabled && aws_dynamodb_table.events.ttl[0].attribute_name == "expiresAt"
    error_message = "Events expire."
  }
}

run "names_everything_after_the_prefix" {
  command = plan
  variables {
    prefix = "other"
  }
  assert {
    condition = [
      aws_lambda_function.processor.function_name, aws_dynamodb_table.events.name, output.queue_name,
      output.dlq_name, output.release_table_name, aws_cloudwatch_log_group.processor.name,
      ] == [
      "other-processor", "other-events", "other-queue.fifo",
      "other-dlq.fifo", "other-releases", "/aws/lambda/other-processor",
    ]
    error_message = "Two systems in one account must not meet."
  }
}

run "refuses_a_batch_that_no_fifo_queue_gives" {
  command = plan
  variables {
    batch_size = 11
  }
  expect_failures = [var.batch_size]
}

run "refuses_a_queue_hidden_for_less_than_six_times_the_timeout" {
  command = plan
  variables {
    timeout_seconds                  = 11
    queue_visibility_timeout_seconds = 65
  }
  expect_failures = [var.queue_visibility_timeout_seconds]
}

run "refuses_capacity_beyond_the_free_25_units" {
  command = plan
  variables {
    read_capacity  = 24
    write_capacity = 24
  }
  expect_failures = [var.read_capacity, var.write_capacity]
}

run "refuses_a_concurrency_that_an_event_source_cannot_have" {
  command = plan
  variables {
    maximum_concurrency = 1
  }
  expect_failures = [var.maximum_concurrency]
}

run "refuses_a_timeout_in_which_no_record_would_be_begun" {
  command = plan
  variables {
    timeout_seconds = 2
  }
  expect_failures = [var.timeout_seconds]
}

run "refuses_a_runtime_of_another_language" {
  command = plan
  variables {
    runtime = "python3.13"
  }
  expect_failures = [var.runtime]
}

run "refuses_a_retention_that_is_no_number_of_days" {
  command = plan
  variables {
    event_retention_days = 0.5
  }
  expect_failures = [var.event_retention_days]
}

run "refuses_a_log_retention_that_cloudwatch_does_not_have" {
  command = plan
  variables {
    log_retention_days = 10
  }
  expect_failures = [var.log_retention_days]
}

run "refuses_memory_that_lambda_does_not_give" {
  command = plan
  variables {
    memory_mb = 64
  }
  expect_failures = [var.memory_mb]
}
