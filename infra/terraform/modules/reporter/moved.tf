# Where states hold what was applied before the function was a module: found again, and not built anew.

moved {
  from = aws_cloudwatch_log_group.reporter
  to   = module.function.aws_cloudwatch_log_group.this
}

moved {
  from = aws_iam_role.reporter
  to   = module.function.aws_iam_role.this
}

moved {
  from = aws_iam_role_policy.reporter
  to   = module.function.aws_iam_role_policy.this
}

moved {
  from = aws_lambda_function.reporter
  to   = module.function.aws_lambda_function.this
}

moved {
  from = aws_lambda_alias.live
  to   = module.function.aws_lambda_alias.live
}
