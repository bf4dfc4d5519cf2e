# Offline: no account, no network. `terraform test` in this folder.

mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name            = "cv-analytics-processor"
  service         = "processor"
  package_file    = "processor.zip"
  timeout_seconds = 10
  environment     = { TABLE_NAME = "cv-analytics-events" }
  statements = [{
    Sid      = "WriteEvents"
    Action   = ["dynamodb:PutItem"]
    Resource = "arn:aws:dynamodb:eu-west-2:123456789012:table/cv-analytics-events"
  }]
}

run "makes_a_function_behind_its_alias" {
  assert {
    condition     = output.function_name == "cv-analytics-processor" && output.alias_name == "live"
    error_message = "cvops looks for these names."
  }
  assert {
    condition     = output.alias_arn == "arn:aws:lambda:eu-west-2:123456789012:function:mock:live"
    error_message = "What queues and schedules invoke is the alias."
  }
  assert {
    condition     = aws_lambda_alias.live.function_version == "7" && aws_lambda_function.this.publish
    error_message = "The alias begins at the version that the function was created with, never at $LATEST."
  }
  assert {
    condition     = aws_lambda_function.this.runtime == "nodejs22.x" && aws_lambda_function.this.memory_size == 256 && aws_lambda_function.this.timeout == 10
    error_message = "What both functions run on, and the timeout of this one."
  }
  assert {
    condition     = aws_lambda_function.this.environment[0].variables == tomap({ TABLE_NAME = "cv-analytics-events" })
    error_message = "What the handler reads."
  }
  assert {
    condition     = aws_cloudwatch_log_group.this.name == "/aws/lambda/cv-analytics-processor" && aws_cloudwatch_log_group.this.retention_in_days == 14
    error_message = "The group that Lambda would use, with an end."
  }
  assert {
    condition     = aws_lambda_function.this.logging_config[0].log_group == aws_cloudwatch_log_group.this.name
    error_message = "The function waits for its log group: else Lambda makes one that keeps its lines for ever."
  }
}

run "takes_what_a_service_leaves_open_for_the_usual" {
  command = plan
  variables {
    runtime            = null
    memory_mb          = 512
    log_retention_days = null
  }
  assert {
    condition     = aws_lambda_function.this.runtime == "nodejs22.x" && aws_lambda_function.this.memory_size == 512 && aws_cloudwatch_log_group.this.retention_in_days == 14
    error_message = "A service that sets one thing keeps the others as they are."
  }
}

run "allows_what_it_is_told_and_the_lines_of_its_own_log" {
  assert {
    condition = jsondecode(aws_iam_role_policy.this.policy).Statement == [
      {
        Sid      = "WriteEvents"
        Effect   = "Allow"
        Action   = ["dynamodb:PutItem"]
        Resource = "arn:aws:dynamodb:eu-west-2:123456789012:table/cv-analytics-events"
      },
      {
        Sid      = "WriteLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "arn:aws:logs:eu-west-2:123456789012:log-group:/aws/lambda/mock:*"
      },
    ]
    error_message = "These two, and no group."
  }
  assert {
    condition     = aws_iam_role_policy.this.name == "processor" && aws_iam_role.this.name == "cv-analytics-processor"
    error_message = "The names by which they are found in the account."
  }
}

run "refuses_a_runtime_of_another_language" {
  command = plan
  variables {
    runtime = "python3.13"
  }
  expect_failures = [var.runtime]
}

run "refuses_memory_that_lambda_does_not_give" {
  command = plan
  variables {
    memory_mb = 64
  }
  expect_failures = [var.memory_mb]
}

run "refuses_a_run_longer_than_lambda_lets_it" {
  command = plan
  variables {
    timeout_seconds = 901
  }
  expect_failures = [var.timeout_seconds]
}

run "refuses_a_log_retention_that_cloudwatch_does_not_have" {
  command = plan
  variables {
    log_retention_days = 10
  }
  expect_failures = [var.log_retention_days]
}

run "refuses_a_name_that_no_function_can_have" {
  command = plan
  variables {
    name = "cv analytics"
  }
  expect_failures = [var.name]
}

run "refuses_a_star_of_actions" {
  command = plan
  variables {
    statements = [{ Sid = "Write", Action = ["dynamodb:Put*"], Resource = "arn:aws:dynamodb:eu-west-2:123456789012:table/cv-analytics-events" }]
  }
  expect_failures = [var.statements]
}

run "refuses_a_statement_about_everything" {
  command = plan
  variables {
    statements = [{ Sid = "Write", Action = ["dynamodb:PutItem"], Resource = "*" }]
  }
  expect_failures = [var.statements]
}
