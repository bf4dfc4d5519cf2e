# Offline: no account, no network. `terraform test` in this folder.

mock_provider "aws" {
  source = "../../mocks"
}

variables {
  region       = "eu-west-2"
  package_file = "processor.zip"
}

run "makes_a_function_behind_its_alias" {
  assert {
    condition = output.cvops == {
      service      = "processor"
      function     = "cv-analytics-processor"
      alias        = "live"
      queue        = "cv-analytics-queue.fifo"
      dlq          = "cv-analytics-dlq.fifo"
      table        = "cv-analytics-events"
      releaseTable = "cv-analytics-releases"
    }
    error_message = "The other services and cvops look for these names."
  }
  assert {
    condition     = aws_lambda_event_source_mapping.queue.function_name == module.function.alias_arn
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
    condition     = [for name in ["function", "queue", "dlq", "table", "releaseTable"] : output.cvops[name]] == ["other-processor", "other-queue.fifo", "other-dlq.fifo", "other-events", "other-releases"]
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

run "refuses_a_retention_that_is_no_number_of_days" {
  command = plan
  variables {
    event_retention_days = 0.5
  }
  expect_failures = [var.event_retention_days]
}
