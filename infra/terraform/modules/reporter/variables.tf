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

variable "alert_email" {
  description = "Who gets the weekly report and the alarms. AWS sends a link to be confirmed first."
  type        = string

  validation {
    condition     = can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", var.alert_email))
    error_message = "An address such as ops@example.com."
  }
}

variable "timeout_seconds" {
  description = "Timeout of the function; it reads seven days, one after the other."
  type        = number
  default     = 60

  validation {
    condition     = var.timeout_seconds >= 60
    error_message = "60 seconds or more: seven days are many reads."
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

variable "function" {
  description = "What is to be otherwise than modules/function has it."
  type = object({
    runtime            = optional(string)
    memory_mb          = optional(number)
    log_retention_days = optional(number)
  })
  default = {}
}
