# Offline: no account, no network. `terraform test` in this folder.

mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name           = "cv-analytics-queue.fifo"
  arn            = "arn:aws:sqs:eu-west-2:123456789012:cv-analytics-queue.fifo"
  retention_days = 4
}

run "makes_an_encrypted_queue_for_tls_only" {
  assert {
    condition     = aws_sqs_queue.this.fifo_queue && aws_sqs_queue.this.message_retention_seconds == 345600 && aws_sqs_queue.this.sqs_managed_sse_enabled
    error_message = "A FIFO queue by its name, four days, encrypted."
  }
  assert {
    condition = jsondecode(aws_sqs_queue.this.policy).Statement == [{
      Sid       = "TlsOnly"
      Effect    = "Deny"
      Principal = "*"
      Action    = "sqs:*"
      Resource  = "arn:aws:sqs:eu-west-2:123456789012:cv-analytics-queue.fifo"
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
    error_message = "Whoever comes without TLS is refused."
  }
}

run "leaves_its_dead_letters_to_one_queue" {
  variables {
    dead_letters = { arn = "arn:aws:sqs:eu-west-2:123456789012:cv-analytics-dlq.fifo", max_receive_count = 3 }
  }
  assert {
    condition     = jsondecode(aws_sqs_queue.this.redrive_policy) == { deadLetterTargetArn = "arn:aws:sqs:eu-west-2:123456789012:cv-analytics-dlq.fifo", maxReceiveCount = 3 }
    error_message = "Dead after three deliveries."
  }
}

run "takes_the_dead_letters_of_one_queue" {
  variables {
    name            = "cv-analytics-dlq.fifo"
    arn             = "arn:aws:sqs:eu-west-2:123456789012:cv-analytics-dlq.fifo"
    dead_letters_of = "arn:aws:sqs:eu-west-2:123456789012:cv-analytics-queue.fifo"
  }
  assert {
    condition     = jsondecode(aws_sqs_queue.this.redrive_allow_policy) == { redrivePermission = "byQueue", sourceQueueArns = ["arn:aws:sqs:eu-west-2:123456789012:cv-analytics-queue.fifo"] }
    error_message = "Only the queue of events may leave its dead letters there."
  }
}

run "is_a_standard_queue_where_its_name_says_nothing_else" {
  command = plan
  variables {
    name = "outbox"
    arn  = "arn:aws:sqs:eu-west-2:123456789012:outbox"
  }
  assert {
    condition     = !aws_sqs_queue.this.fifo_queue
    error_message = "FIFO queues end in .fifo."
  }
}

run "refuses_the_arn_of_another_queue" {
  command = plan
  variables {
    arn = "arn:aws:sqs:eu-west-2:123456789012:cv-analytics-dlq.fifo"
  }
  expect_failures = [var.arn]
}

run "refuses_to_keep_messages_longer_than_sqs_does" {
  command = plan
  variables {
    retention_days = 15
  }
  expect_failures = [var.retention_days]
}

run "refuses_a_visibility_timeout_over_twelve_hours" {
  command = plan
  variables {
    visibility_timeout_seconds = 43201
  }
  expect_failures = [var.visibility_timeout_seconds]
}

run "refuses_a_wait_over_twenty_seconds" {
  command = plan
  variables {
    receive_wait_time_seconds = 21
  }
  expect_failures = [var.receive_wait_time_seconds]
}
