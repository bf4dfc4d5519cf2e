output "cvops" {
  description = "What `cvops init --from terraform` reads."
  value       = module.worker.cvops
}

output "queue_url" {
  description = "QUEUE_URL of the Worker."
  value       = module.worker.queue_url
}

output "sender_user" {
  description = "The user whose key `cvops credentials rotate` makes."
  value       = module.worker.sender_user
}
