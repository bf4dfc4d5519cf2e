output "cvops" {
  description = "What `cvops init --from terraform` reads."
  value       = module.reporter.cvops
}

output "alarm_names" {
  description = "All alarms of the system."
  value       = module.reporter.alarm_names
}

output "operator_policy_arns" {
  description = "By name: read-only, replayer, releaser, break-glass."
  value       = module.operator_policies.policy_arns
}
