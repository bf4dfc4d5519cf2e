output "table_name" {
  description = "`releaseTable` of cvops.config.json."
  value       = aws_dynamodb_table.releases.name
}

output "table_arn" {
  description = "For the releasers' policy."
  value       = aws_dynamodb_table.releases.arn
}
