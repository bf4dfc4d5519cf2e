output "policy_arns" {
  description = "By name: what to attach to an operator's role."
  value       = { for name, policy in aws_iam_policy.operator : name => policy.arn }
}
