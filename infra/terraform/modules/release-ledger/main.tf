# The memory of releases (docs/release-ledger.md). Written by cvops alone.

resource "aws_dynamodb_table" "releases" {
  name                        = var.table_name
  billing_mode                = "PROVISIONED"
  read_capacity               = var.read_capacity
  write_capacity              = var.write_capacity
  hash_key                    = "target"
  range_key                   = "sort"
  deletion_protection_enabled = var.deletion_protection

  attribute {
    name = "target"
    type = "S"
  }

  attribute {
    name = "sort"
    type = "S"
  }
}
