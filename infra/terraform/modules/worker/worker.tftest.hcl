# Offline: no account, no network. `terraform test` in this folder.

mock_provider "aws" {
  source = "../../mocks"
}

variables {
  region = "eu-west-2"
}

run "makes_what_the_other_services_find_by_name" {
  assert {
    condition     = output.cvops == { service = "worker", queue = "cv-analytics-queue.fifo" } && module.dead_letters.queue.name == "cv-analytics-dlq.fifo"
    error_message = "The processor and cvops look for these names."
  }
  assert {
    condition     = module.dead_letters.queue.message_retention_seconds == 1209600
    error_message = "Dead letters are kept for 14 days."
  }
  assert {
    condition     = module.dead_letters.queue.message_retention_seconds > module.events.queue.message_retention_seconds
    error_message = "Dead letters are kept longer than messages."
  }
  assert {
    condition     = jsondecode(module.events.queue.redrive_policy).maxReceiveCount == 3
    error_message = "A message has three deliveries."
  }
  assert {
    condition     = jsondecode(module.dead_letters.queue.redrive_allow_policy).sourceQueueArns == ["arn:aws:sqs:eu-west-2:123456789012:cv-analytics-queue.fifo"]
    error_message = "Only the queue of events may leave its dead letters there."
  }
  assert {
    condition     = module.events.queue.visibility_timeout_seconds == 60
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
