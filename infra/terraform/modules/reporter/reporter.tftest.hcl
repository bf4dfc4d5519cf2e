# Offline: no account, no network. `terraform test` in this folder.

mock_provider "aws" {
  source = "../../mocks"
}

variables {
  region       = "eu-west-2"
  package_file = "reporter.zip"
  alert_email  = "ops@example.com"
}

run "makes_the_report_and_its_alarms" {
  assert {
    condition = output.cvops == {
      service  = "reporter"
      function = "cv-analytics-reporter"
      alias    = "live"
      table    = "cv-analytics-events"
      topic    = "cv-analytics-alerts"
    }
    error_message = "cvops looks for these names."
  }
  assert {
    condition     = aws_scheduler_schedule.weekly.target[0].arn == module.function.alias_arn
    error_message = "The schedule invokes the alias: else a promotion changes nothing."
  }
  assert {
    condition     = aws_scheduler_schedule.weekly.target[0].dead_letter_config[0].arn == module.schedule_dlq.queue.arn && !module.schedule_dlq.queue.fifo_queue
    error_message = "A call that was never delivered is kept, in a queue that the scheduler takes."
  }
  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.schedule.policy).Statement : "${statement.Action} ${statement.Resource}"] == ["lambda:InvokeFunction ${module.function.alias_arn}", "sqs:SendMessage ${module.schedule_dlq.queue.arn}"]
    error_message = "The schedule may call the alias and leave there what it could not deliver, and nothing else."
  }
  assert {
    condition     = toset(output.alarm_names) == toset([for name in ["dlq-depth", "queue-age", "processor-errors", "processor-throttles", "processor-duration", "reporter-errors", "table-write-throttles", "reporter-did-not-run"] : "cv-analytics-${name}"])
    error_message = "Eight alarms, by these names."
  }
  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_actions == toset([aws_sns_topic.alerts.arn])])
    error_message = "Every alarm mails."
  }
  assert {
    condition     = aws_sns_topic.alerts.kms_master_key_id == null
    error_message = "An alarm cannot publish to a topic with alias/aws/sns."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.this["processor-duration"].threshold == 8000
    error_message = "80 % of ten seconds, in milliseconds."
  }
}

run "sets_the_alarm_on_duration_by_the_processor_s_timeout" {
  command = plan
  variables {
    processor_timeout_seconds = 60
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.this["processor-duration"].threshold == 48000
    error_message = "80 % of a minute, in milliseconds."
  }
}

run "refuses_an_address_without_a_domain" {
  command = plan
  variables {
    alert_email = "ops"
  }
  expect_failures = [var.alert_email]
}

run "refuses_two_addresses_in_one" {
  command = plan
  variables {
    alert_email = "ops@example.com, dev@example.com"
  }
  expect_failures = [var.alert_email]
}

run "refuses_a_schedule_that_is_none" {
  command = plan
  variables {
    schedule = "every monday"
  }
  expect_failures = [var.schedule]
}

run "refuses_a_time_too_short_for_a_week_of_events" {
  command = plan
  variables {
    timeout_seconds = 59
  }
  expect_failures = [var.timeout_seconds]
}

run "refuses_a_timeout_of_the_processor_beyond_lambda_s" {
  command = plan
  variables {
    processor_timeout_seconds = 0
  }
  expect_failures = [var.processor_timeout_seconds]
}
