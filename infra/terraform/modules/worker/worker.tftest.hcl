# Offline: no account, no network. `terraform test` in this folder.

mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_resource "aws_sqs_queue" {
    defaults = {
      arn = "arn:aws:sqs:eu-west-2:123456789012:cv-analytics-mock.fifo"
      url = "https://sqs.eu-west-2.amazonaws.com/123456789012/cv-analytics-mock.fifo"
    }
  }
}

variables {
  region = "eu-west-2"
}

run "makes_what_the_other_services_find_by_name" {
  assert {
    condition     = output.queue_name == "cv-analytics-queue.fifo" && output.dlq_name == "cv-analytics-dlq.fifo"
    error_message = "The processor and cvops look for these names."
  }
  assert {
    condition     = aws_sqs_queue.dead_letters.message_retention_seconds == 1209600
    error_message = "Dead letters are kept for 14 days."
  }
  assert {
    condition     = aws_sqs_queue.dead_letters.message_retention_seconds > aws_sqs_queue.events.message_retention_seconds
    error_message = "Dead letters are kept longer than messages."
  }
  assert {
    condition     = jsondecode(aws_sqs_queue.events.redrive_policy).maxReceiveCount == 3
    error_message = "A message has three deliveries."
  }
  assert {
    condition     = jsondecode(aws_sqs_queue.dead_letters.redrive_allow_policy).sourceQueueArns == ["arn:aws:sqs:eu-west-2:123456789012:cv-analytics-queue.fifo"]
    error_message = "Only the queue of events may leave its dead letters there."
  }
  assert {
    condition     = aws_sqs_queue.events.visibility_timeout_seconds == 60
    error_message = "Six times ten seconds."
  }
  assert {
    condition     = jsondecode(aws_iam_user_policy.send.policy).Statement[0].Action == "sqs:SendMessage"
    error_message = "The sender may do nothing but send."
  }
}

run "takes_the_shortest_visibility_timeout_that_is_safe" {
  command = plan
  variables {
    processor_timeout_seconds  = 30
    visibility_timeout_seconds = 180
  }
}

run "refuses_a_visibility_timeout_under_six_times_the_function_s" {
  command = plan
  variables {
    processor_timeout_seconds  = 30
    visibility_timeout_seconds = 179
  }
  expect_failures = [var.visibility_timeout_seconds]
}

run "refuses_a_visibility_timeout_over_twelve_hours" {
  command = plan
  variables {
    visibility_timeout_seconds = 43201
  }
  expect_failures = [var.visibility_timeout_seconds]
}

run "refuses_a_queue_that_keeps_messages_as_long_as_its_dead_letters" {
  command = plan
  variables {
    retention_days = 14
  }
  expect_failures = [var.retention_days]
}

run "refuses_no_delivery_at_all" {
  command = plan
  variables {
    max_receive_count = 0
  }
  expect_failures = [var.max_receive_count]
}

run "refuses_a_function_that_runs_longer_than_lambda_lets_it" {
  command = plan
  variables {
    processor_timeout_seconds  = 901
    visibility_timeout_seconds = 5406
  }
  expect_failures = [var.processor_timeout_seconds]
}

run "refuses_a_prefix_that_no_queue_can_have" {
  command = plan
  variables {
    prefix = "CV analytics"
  }
  expect_failures = [var.prefix]
}

run "refuses_an_availability_zone_as_region" {
  command = plan
  variables {
    region = "eu-west-2a"
  }
  expect_failures = [var.region]
}
