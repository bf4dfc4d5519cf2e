output "cvops" {
  description = "The service as cvops.config.json has it."
  value = {
    service  = "reporter"
    function = module.function.function_name
    alias    = module.function.alias_name
    table    = module.names.events_table.name
    topic    = aws_sns_topic.alerts.name
  }
}

output "alarm_names" {
  description = "All alarms of the system."
  value       = concat([for alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_name], [aws_cloudwatch_metric_alarm.reporter_did_not_run.alarm_name])
}
