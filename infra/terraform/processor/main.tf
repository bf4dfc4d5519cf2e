# Second of the three on the first bring-up: after the queue, before what alarms on the function.

module "processor" {
  source = "../modules/processor"

  region                           = var.region
  package_file                     = var.package_file
  function                         = var.function
  timeout_seconds                  = var.timeout_seconds
  queue_visibility_timeout_seconds = var.queue_visibility_timeout_seconds
  deletion_protection              = var.deletion_protection
}
