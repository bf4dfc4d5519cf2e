variable "region" {
  description = "AWS Region, the same in all three roots."
  type        = string
  default     = "us-east-1"
}

variable "processor_timeout_seconds" {
  description = "Timeout of the processor; the queue's visibility timeout is six times as long."
  type        = number
  default     = 10
}
