variable "name" {
  description = "Name of the queue; one that ends in .fifo is a FIFO queue."
  type        = string
}

variable "arn" {
  description = "The ARN that the queue will have."
  type        = string

  validation {
    condition     = endswith(var.arn, ":${var.name}")
    error_message = "The ARN of the queue itself: its policy would stand for another one."
  }
}

variable "retention_days" {
  description = "How long a message that nobody takes is kept."
  type        = number

  validation {
    condition     = var.retention_days >= 1 && var.retention_days <= 14
    error_message = "A queue keeps messages for 1 to 14 days."
  }
}

variable "visibility_timeout_seconds" {
  description = "How long a received message is hidden."
  type        = number
  default     = 30

  validation {
    condition     = var.visibility_timeout_seconds >= 0 && var.visibility_timeout_seconds <= 43200
    error_message = "A message is hidden for 0 to 43200 seconds."
  }
}

variable "receive_wait_time_seconds" {
  description = "How long a receive waits for a message where its caller does not say."
  type        = number
  default     = 0

  validation {
    condition     = var.receive_wait_time_seconds >= 0 && var.receive_wait_time_seconds <= 20
    error_message = "A receive waits for 0 to 20 seconds."
  }
}

variable "dead_letters" {
  description = "ARN of the queue that takes its dead letters, and the deliveries before a message is dead."
  type        = object({ arn = string, max_receive_count = number })
  default     = null
}

variable "dead_letters_of" {
  description = "ARN of the only queue that may leave its dead letters here."
  type        = string
  default     = null
}
