variable "name" {
  description = "Name of the function, its role and its log group."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,64}$", var.name))
    error_message = "A function's name has 1 to 64 letters, digits, hyphens and underscores."
  }
}

variable "service" {
  description = "Name of the service in cvops.config.json, and of the role's policy."
  type        = string
}

variable "statements" {
  description = "What the function may do beside writing its log: statements of IAM, all of them Allow."
  type        = list(object({ Sid = string, Action = list(string), Resource = string }))

  validation {
    condition     = alltrue([for statement in var.statements : length(statement.Action) > 0 && !strcontains(join(" ", statement.Action), "*")])
    error_message = "Actions by name: a star allows what nobody has thought of."
  }

  validation {
    condition     = alltrue([for statement in var.statements : startswith(statement.Resource, "arn:")])
    error_message = "Resources by ARN: a star is every one in the account."
  }
}

variable "environment" {
  description = "What the handler reads."
  type        = map(string)
}

variable "package_file" {
  description = "The zip that the function is created with; every later one is released by cvops."
  type        = string
}

variable "timeout_seconds" {
  description = "Timeout of the function."
  type        = number

  validation {
    condition     = var.timeout_seconds >= 1 && var.timeout_seconds <= 900
    error_message = "A Lambda function runs for 1 to 900 seconds."
  }
}

variable "runtime" {
  description = "Managed runtime of Lambda."
  type        = string
  default     = "nodejs22.x"
  nullable    = false

  validation {
    condition     = can(regex("^nodejs[0-9]+\\.x$", var.runtime))
    error_message = "The function is a Node.js package: nodejs22.x or a later one."
  }
}

variable "memory_mb" {
  description = "Memory of the function; its CPU share follows from it."
  type        = number
  default     = 256
  nullable    = false

  validation {
    condition     = var.memory_mb >= 128 && var.memory_mb <= 10240
    error_message = "128 to 10240 MB."
  }
}

variable "log_retention_days" {
  description = "How long log lines are kept; stored lines count against the free 5 GB."
  type        = number
  default     = 14
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365], var.log_retention_days)
    error_message = "1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180 or 365 days."
  }
}
