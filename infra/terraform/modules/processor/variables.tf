variable "prefix" {
  description = "What every name begins with; the same in all three services."
  type        = string
  default     = "cv-analytics"
}

variable "region" {
  description = "AWS Region, the same in all three services."
  type        = string
}

variable "package_file" {
  description = "The zip that the function is created with; every later one is released by cvops."
  type        = string
}

variable "timeout_seconds" {
  description = "Timeout of the function; the queue's visibility timeout is six times as long."
  type        = number
  default     = 10

  validation {
    condition     = var.timeout_seconds >= 3
    error_message = "3 seconds or more: with less than a second left the function begins no record."
  }
}

variable "queue_visibility_timeout_seconds" {
  description = "Visibility timeout of the queue, set by the worker's root."
  type        = number
  default     = 60

  # https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
  validation {
    condition     = var.queue_visibility_timeout_seconds >= 6 * var.timeout_seconds
    error_message = "The queue's visibility timeout is at least 6 times the function's timeout: else a message that is still worked on is delivered again."
  }
}

variable "batch_size" {
  description = "Messages of one invocation."
  type        = number
  default     = 10

  validation {
    condition     = var.batch_size >= 1 && var.batch_size <= 10
    error_message = "A FIFO queue gives 1 to 10 messages at a time."
  }
}

variable "maximum_concurrency" {
  description = "Invocations at a time that the queue causes: no more than the table's write units bear."
  type        = number
  default     = 2

  validation {
    condition     = var.maximum_concurrency >= 2 && var.maximum_concurrency <= 1000
    error_message = "2 to 1000."
  }
}

variable "event_retention_days" {
  description = "Age at which an event expires from the table."
  type        = number
  default     = 90

  validation {
    condition     = var.event_retention_days >= 1 && floor(var.event_retention_days) == var.event_retention_days
    error_message = "Whole days, 1 or more."
  }
}

variable "read_capacity" {
  description = "Read units of the table of events; they count against the 25 that are free in a Region."
  type        = number
  default     = 5

  validation {
    condition     = var.read_capacity >= 1 && var.read_capacity <= 23
    error_message = "1 to 23 read units: with the 2 of the releases' table, 25 are free."
  }
}

variable "write_capacity" {
  description = "Write units of the table of events; they count against the 25 that are free in a Region."
  type        = number
  default     = 10

  validation {
    condition     = var.write_capacity >= 1 && var.write_capacity <= 23
    error_message = "1 to 23 write units: with the 2 of the releases' table, 25 are free."
  }
}

variable "deletion_protection" {
  description = "Refuse to delete the table of events. Off only where everything is thrown away."
  type        = bool
  default     = true
}

variable "function" {
  description = "What is to be otherwise than modules/function has it."
  type = object({
    runtime            = optional(string)
    memory_mb          = optional(number)
    log_retention_days = optional(number)
  })
  default = {}
}
