output "queue_name" {
  description = "For cvops.config.json."
  value       = module.events.queue.name
}

output "queue_url" {
  description = "QUEUE_URL of the Worker."
  value       = module.events.queue.url
}

output "queue_arn" {
  description = "For the processor's event source mapping."
  value       = module.events.queue.arn
}

output "dlq_name" {
  description = "For cvops.config.json."
  value       = module.dead_letters.queue.name
}

output "sender_user" {
  description = "The user whose key `cvops credentials rotate` makes."
  value       = aws_iam_user.sender.name
}
