output "table_name" {
  description = "`releaseTable` of cvops.config.json."
  value       = aws_dynamodb_table.releases.name
}
