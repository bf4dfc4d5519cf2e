variable "prefix" {
  description = "What every name begins with; the same in all three services."
  type        = string
  default     = "cv-analytics"
}

variable "region" {
  description = "AWS Region, the same in all three services."
  type        = string
}
