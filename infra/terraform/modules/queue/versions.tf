terraform {
  required_version = ">= 1.9"

  required_providers {
    # No arguments that only version 6 knows.
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.95, < 7"
    }
  }
}
