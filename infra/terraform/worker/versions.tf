terraform {
  required_version = ">= 1.9"

  # The organisation comes from TF_CLOUD_ORGANIZATION.
  cloud {
    workspaces {
      name = "cv-analytics-worker"
    }
  }

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.95, < 7"
    }
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = { system = "cv-analytics", service = "worker" }
  }
}
