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
