terraform {
  required_version = ">= 1.9"

  # The organisation comes from TF_CLOUD_ORGANIZATION.
  cloud {
    workspaces {
      name = "cv-analytics-edge"
    }
  }

  required_providers {
    cloudflare = {
      source  = "cloudflare/cloudflare"
      version = "~> 5.0"
    }
  }
}

# Takes its token from CLOUDFLARE_API_TOKEN.
provider "cloudflare" {}
