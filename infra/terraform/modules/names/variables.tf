variable "prefix" {
  description = "What every name begins with; the same in all three services."
  type        = string

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
