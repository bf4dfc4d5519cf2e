output "function_name" {
  description = "For cvops.config.json."
  value       = module.function.function_name
}

output "alias_name" {
  description = "For cvops.config.json."
  value       = module.function.alias_name
}

output "table_name" {
  description = "For cvops.config.json."
  value       = module.names.events_table.name
}

output "topic_name" {
  description = "For cvops.config.json."
  value       = aws_sns_topic.alerts.name
}

output "alarm_names" {
  description = "All alarms of the system."
  value       = concat([for alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_name], [aws_cloudwatch_metric_alarm.reporter_did_not_run.alarm_name])
}
