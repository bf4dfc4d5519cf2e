output "function_name" {
  description = "For cvops.config.json."
  value       = aws_lambda_function.processor.function_name
}

output "alias_name" {
  description = "For cvops.config.json."
  value       = aws_lambda_alias.live.name
}

output "alias_arn" {
  description = "What the queue invokes."
  value       = aws_lambda_alias.live.arn
}

output "queue_name" {
  description = "For cvops.config.json."
  value       = "${var.prefix}-queue.fifo"
}

output "dlq_name" {
  description = "For cvops.config.json."
  value       = "${var.prefix}-dlq.fifo"
}

output "table_name" {
  description = "For cvops.config.json."
  value       = aws_dynamodb_table.events.name
}

output "release_table_name" {
  description = "`releaseTable` of cvops.config.json."
  value       = module.release_ledger.table_name
}
