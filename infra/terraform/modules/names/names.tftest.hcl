# Offline: no account, no network. `terraform test` in this folder.

mock_provider "aws" {
  source = "../../mocks"
}

variables {
  prefix = "cv-analytics"
  region = "eu-west-2"
}

run "names_this_system_and_no_other" {
  command = plan
  assert {
    condition     = [output.queue.name, output.dlq.name, output.schedule_dlq.name, output.events_table.name] == ["cv-analytics-queue.fifo", "cv-analytics-dlq.fifo", "cv-analytics-schedule-dlq", "cv-analytics-events"]
    error_message = "The services and cvops look for these names."
  }
  assert {
    condition     = output.queue.arn == "arn:aws:sqs:eu-west-2:123456789012:cv-analytics-queue.fifo"
    error_message = "A queue's ARN."
  }
  assert {
    condition     = output.events_table.arn == "arn:aws:dynamodb:eu-west-2:123456789012:table/cv-analytics-events"
    error_message = "A table's ARN."
  }
}

run "names_arns_of_another_partition" {
  command = plan
  override_data {
    target = data.aws_partition.current
    values = { partition = "aws-cn" }
  }
  assert {
    condition     = output.partition == "aws-cn" && startswith(output.dlq.arn, "arn:aws-cn:sqs:")
    error_message = "China has ARNs of its own."
  }
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
