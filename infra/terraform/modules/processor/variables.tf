variable "prefix" {
  description = "What every name begins with; the same in all three services."
  type        = string
  default     = "cv-analytics"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,39}$", var.prefix))
    error_message = "A prefix has 2 to 40 lower-case letters, digits and hyphens and begins with a letter."
  }
}

variable "region" {
  description = "AWS Region, the same in all three services."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "A Region reads like us-east-1 or eu-west-2."
  }
}

variable "package_file" {
  description = "The zip that the function is created with; every later one is released by cvops."
  type        = string
}

variable "runtime" {
  description = "Managed runtime of Lambda."
  type        = string
  default     = "nodejs22.x"

  validation {
    condition     = can(regex("^nodejs[0-9]+\\.x$", var.runtime))
    error_message = "The function is a Node.js package: nodejs22.x or a later one."
  }
}

variable "memory_mb" {
  description = "Memory of the function; its CPU share follows from it."
  type        = number
  default     = 256

  validation {
    condition     = var.memory_mb >= 128 && var.memory_mb <= 10240
    error_message = "128 to 10240 MB."
  }
}

variable "timeout_seconds" {
  description = "Timeout of the function; the queue's visibility timeout is six times as long."
  type        = number
  default     = 10

  validation {
    condition     = var.timeout_seconds >= 3 && var.timeout_seconds <= 900
    error_message = "3 to 900 seconds: with less than a second left the function begins no record."
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

variable "log_retention_days" {
  description = "How long log lines are kept; stored lines count against the free 5 GB."
  type        = number
  default     = 14

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365], var.log_retention_days)
    error_message = "1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180 or 365 days."
  }
}

variable "deletion_protection" {
  description = "Refuse to delete the table of events. Off only where everything is thrown away."
  type        = bool
  default     = true
}
