variable "zone_id" {
  description = "The zone of the site in Cloudflare."
  type        = string

  validation {
    condition     = can(regex("^[0-9a-f]{32}$", var.zone_id))
    error_message = "A zone's id has 32 hexadecimal digits."
  }
}

variable "hostname" {
  description = "Host of the zone whose /events the Worker answers, such as cv.example.com."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9-]+(\\.[a-z0-9-]+)+$", var.hostname))
    error_message = "A host name without scheme and path, such as cv.example.com."
  }
}

variable "script_name" {
  description = "Name of the Worker, as wrangler.jsonc has it."
  type        = string
  default     = "cv-analytics-worker"
}
