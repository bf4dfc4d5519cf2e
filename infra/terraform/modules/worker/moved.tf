# Where states hold the queues that were applied before they were a module: found again, and not built anew.

moved {
  from = aws_sqs_queue.dead_letters
  to   = module.dead_letters.aws_sqs_queue.this
}

moved {
  from = aws_sqs_queue.events
  to   = module.events.aws_sqs_queue.this
}
