variable "prefix" {
  description = "What every name begins with. The other services and cvops find queues by it."
  type        = string
  default     = "cv-analytics"
}

variable "region" {
  description = "AWS Region of the queues."
  type        = string
}

variable "processor_timeout_seconds" {
  description = "Timeout of the function that reads the queue; the visibility timeout follows from it."
  type        = number
  default     = 10

  validation {
    condition     = var.processor_timeout_seconds >= 1 && var.processor_timeout_seconds <= 900
    error_message = "A Lambda function runs for 1 to 900 seconds."
  }
}

variable "visibility_timeout_seconds" {
  description = "How long a received message is hidden; six times the function's timeout at least."
  type        = number
  default     = 60

  # https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
  validation {
    condition     = var.visibility_timeout_seconds >= 6 * var.processor_timeout_seconds
    error_message = "The visibility timeout is at least 6 times the function's timeout."
  }
}

variable "max_receive_count" {
  description = "Deliveries before a message is dead."
  type        = number
  default     = 3

  validation {
    condition     = var.max_receive_count >= 1 && var.max_receive_count <= 1000
    error_message = "A message is received 1 to 1000 times before it is dead."
  }
}

variable "retention_days" {
  description = "How long a message that nobody takes is kept in the queue. The dead-letter queue always keeps 14 days."
  type        = number
  default     = 4

  # A dead letter of a standard queue is as old as the message; less than 14 days leaves time to look at it.
  # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
  validation {
    condition     = var.retention_days < 14
    error_message = "The queue keeps messages for less than 14 days, which is how long its dead-letter queue keeps them."
  }
}
