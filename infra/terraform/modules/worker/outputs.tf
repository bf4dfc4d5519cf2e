output "cvops" {
  description = "The service as cvops.config.json has it."
  value = {
    service = "worker"
    queue   = module.events.queue.name
  }
}

output "queue_url" {
  description = "QUEUE_URL of the Worker."
  value       = module.events.queue.url
}

output "sender_user" {
  description = "The user whose key `cvops credentials rotate` makes."
  value       = aws_iam_user.sender.name
}
