output "function_name" {
  description = "For cvops.config.json."
  value       = aws_lambda_function.this.function_name
}

output "alias_name" {
  description = "For cvops.config.json."
  value       = aws_lambda_alias.live.name
}

output "alias_arn" {
  description = "What queues and schedules invoke."
  value       = aws_lambda_alias.live.arn
}
