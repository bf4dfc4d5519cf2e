output "queue_name" {
  description = "For cvops.config.json."
  value       = aws_sqs_queue.events.name
}

output "queue_url" {
  description = "QUEUE_URL of the Worker."
  value       = aws_sqs_queue.events.url
}

output "queue_arn" {
  description = "For the processor's event source mapping."
  value       = aws_sqs_queue.events.arn
}

output "dlq_name" {
  description = "For cvops.config.json."
  value       = aws_sqs_queue.dead_letters.name
}

output "sender_user" {
  description = "The user whose key `cvops credentials rotate` makes."
  value       = aws_iam_user.sender.name
}
