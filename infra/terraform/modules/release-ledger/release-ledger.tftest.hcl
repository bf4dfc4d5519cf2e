# Offline: no account, no network. `terraform test` in this folder.

mock_provider "aws" {
  source = "../../mocks"
}

run "makes_the_table_that_cvops_writes" {
  assert {
    condition     = aws_dynamodb_table.releases.name == "cv-analytics-releases" && output.table_name == "cv-analytics-releases"
    error_message = "cvops looks for this name."
  }
  assert {
    condition     = aws_dynamodb_table.releases.hash_key == "target" && aws_dynamodb_table.releases.range_key == "sort"
    error_message = "The key that cvops writes."
  }
  assert {
    condition     = aws_dynamodb_table.releases.deletion_protection_enabled
    error_message = "The record of releases is not deleted by mistake."
  }
}

run "refuses_capacity_beyond_the_free_25_units" {
  command = plan
  variables {
    read_capacity  = 26
    write_capacity = 26
  }
  expect_failures = [var.read_capacity, var.write_capacity]
}

run "refuses_a_name_that_dynamodb_does_not_take" {
  command = plan
  variables {
    table_name = "releases of cv"
  }
  expect_failures = [var.table_name]
}
