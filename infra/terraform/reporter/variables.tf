variable "region" {
  description = "AWS Region, the same in all three roots."
  type        = string
  default     = "us-east-1"
}

variable "alert_email" {
  description = "Who gets the weekly report and the alarms."
  type        = string
}

variable "package_file" {
  description = "The zip that the function is created with (`node scripts/zip-services.mjs`)."
  type        = string
  default     = "../../../dist/services/reporter.zip"
}

variable "processor_timeout_seconds" {
  description = "Timeout of the processor, as the other roots have it."
  type        = number
  default     = 10
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
