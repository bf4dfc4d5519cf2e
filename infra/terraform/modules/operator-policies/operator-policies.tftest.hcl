# Offline: no account, no network. `terraform test` in this folder.

mock_provider "aws" {
  source = "../../mocks"
}

variables {
  region = "eu-west-2"
}

run "makes_four_policies_under_one_path" {
  assert {
    condition     = join(" ", keys(output.policy_arns)) == "break-glass read-only releaser replayer"
    error_message = "One policy for each way of working."
  }
  assert {
    condition     = alltrue([for policy in aws_iam_policy.operator : policy.path == "/cvops/"])
    error_message = "Policies that belong together are found together."
  }
}

run "names_this_system_and_no_other" {
  assert {
    condition     = strcontains(aws_iam_policy.operator["replayer"].policy, "arn:aws:sqs:eu-west-2:123456789012:cv-analytics-dlq.fifo")
    error_message = "The dead-letter queue by its ARN."
  }
  assert {
    condition     = alltrue([for policy in aws_iam_policy.operator : !can(regex("[{](partition|region|account|prefix)[}]", policy.policy))])
    error_message = "Every placeholder is filled in."
  }
}

run "allows_no_wildcard_of_actions" {
  assert {
    condition = alltrue(flatten([
      for policy in aws_iam_policy.operator : [
        for statement in jsondecode(policy.policy).Statement : [for action in statement.Action : !strcontains(action, "*")]
      ]
    ]))
    error_message = "Actions by name."
  }
}

run "lets_readers_see_no_message_and_change_nothing" {
  assert {
    condition     = !can(regex("ReceiveMessage|SendMessage|DeleteMessage|Update|Publish|Delete|Put|Set|InvokeFunction", aws_iam_policy.operator["read-only"].policy))
    error_message = "Reading only."
  }
}

run "lets_nobody_delete_a_function" {
  assert {
    condition = alltrue(flatten([
      for policy in aws_iam_policy.operator : [
        for statement in jsondecode(policy.policy).Statement : [for arn in statement.Resource : endswith(arn, ":*")]
        if contains(statement.Action, "lambda:DeleteFunction")
      ]
    ]))
    error_message = "Versions only: their ARNs have a qualifier."
  }
}
