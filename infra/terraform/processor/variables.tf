variable "region" {
  description = "AWS Region, the same in all three roots."
  type        = string
  default     = "us-east-1"
}

variable "package_file" {
  description = "The zip that the function is created with (`node scripts/zip-services.mjs`)."
  type        = string
  default     = "../../../dist/services/processor.zip"
}

variable "timeout_seconds" {
  description = "Timeout of the processor, as the worker's root has it."
  type        = number
  default     = 10
}

variable "queue_visibility_timeout_seconds" {
  description = "Visibility timeout of the queue. The worker's root makes it six times its processor_timeout_seconds: who raises the timeout here raises it there first."
  type        = number
  default     = 60
}

variable "deletion_protection" {
  description = "Refuse to delete the tables. Off only where everything is thrown away."
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
