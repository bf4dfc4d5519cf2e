output "queue" {
  description = "The queue, once it is there: its name, ARN, URL and settings."
  value       = aws_sqs_queue.this
}
