variable "table_name" {
  description = "Name of the table; `releaseTable` in cvops.config.json when it is another."
  type        = string
  default     = "cv-analytics-releases"

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]{3,255}$", var.table_name))
    error_message = "A table's name has 3 to 255 letters, digits, dots, hyphens and underscores."
  }
}

variable "read_capacity" {
  description = "Read units; they count against the 25 that are free in a Region."
  type        = number
  default     = 2

  validation {
    condition     = var.read_capacity >= 1 && var.read_capacity <= 25
    error_message = "1 to 25 read units."
  }
}

variable "write_capacity" {
  description = "Write units; they count against the 25 that are free in a Region."
  type        = number
  default     = 2

  validation {
    condition     = var.write_capacity >= 1 && var.write_capacity <= 25
    error_message = "1 to 25 write units."
  }
}

variable "deletion_protection" {
  description = "Refuse to delete the table. Off only where everything is thrown away."
  type        = bool
  default     = true
}
