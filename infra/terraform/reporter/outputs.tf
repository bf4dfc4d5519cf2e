output "cvops" {
  description = "What `cvops init --from terraform` reads."
  value = {
    service  = "reporter"
    function = module.reporter.function_name
    alias    = module.reporter.alias_name
    table    = module.reporter.table_name
    topic    = module.reporter.topic_name
  }
}

output "alarm_names" {
  description = "All alarms of the system."
  value       = module.reporter.alarm_names
}

output "operator_policy_arns" {
  description = "By name: read-only, replayer, releaser, break-glass."
  value       = module.operator_policies.policy_arns
}
