output "account_id" {
  description = "The account that Terraform works in."
  value       = local.account_id
}

output "partition" {
  description = "Second part of every ARN: aws, or that of China or of GovCloud."
  value       = local.partition
}

output "queue" {
  description = "Name and ARN of the queue of events."
  value       = local.queues["queue.fifo"]
}

output "dlq" {
  description = "Name and ARN of the queue for events that are dead."
  value       = local.queues["dlq.fifo"]
}

output "schedule_dlq" {
  description = "Name and ARN of the queue for calls of the schedule that were never delivered."
  value       = local.queues["schedule-dlq"]
}

output "events_table" {
  description = "Name and ARN of the table of events."
  value = {
    name = "${var.prefix}-events"
    arn  = "arn:${local.partition}:dynamodb:${var.region}:${local.account_id}:table/${var.prefix}-events"
  }
}
