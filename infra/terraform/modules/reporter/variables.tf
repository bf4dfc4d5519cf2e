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

variable "alert_email" {
  description = "Who gets the weekly report and the alarms. AWS sends a link to be confirmed first."
  type        = string

  validation {
    condition     = can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", var.alert_email))
    error_message = "An address such as ops@example.com."
  }
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
  description = "Timeout of the function; it reads seven days, one after the other."
  type        = number
  default     = 60

  validation {
    condition     = var.timeout_seconds >= 60 && var.timeout_seconds <= 900
    error_message = "60 to 900 seconds."
  }
}

variable "schedule" {
  description = "When the report is sent, as EventBridge Scheduler writes it."
  type        = string
  default     = "cron(0 8 ? * MON *)"

  validation {
    condition     = can(regex("^(cron|rate)\\(.+\\)$", var.schedule))
    error_message = "cron(…) or rate(…)."
  }
}

variable "schedule_time_zone" {
  description = "Time zone of the schedule."
  type        = string
  default     = "Europe/London"
}

variable "processor_timeout_seconds" {
  description = "Timeout of the processor; an alarm tells when its runs come near."
  type        = number
  default     = 10

  validation {
    condition     = var.processor_timeout_seconds >= 1 && var.processor_timeout_seconds <= 900
    error_message = "A Lambda function runs for 1 to 900 seconds."
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
