output "function_name" {
  description = "For cvops.config.json."
  value       = module.function.function_name
}

output "alias_name" {
  description = "For cvops.config.json."
  value       = module.function.alias_name
}

output "alias_arn" {
  description = "What the queue invokes."
  value       = module.function.alias_arn
}

output "queue_name" {
  description = "For cvops.config.json."
  value       = module.names.queue.name
}

output "dlq_name" {
  description = "For cvops.config.json."
  value       = module.names.dlq.name
}

output "table_name" {
  description = "For cvops.config.json."
  value       = aws_dynamodb_table.events.name
}

output "release_table_name" {
  description = "`releaseTable` of cvops.config.json."
  value       = module.release_ledger.table_name
}
