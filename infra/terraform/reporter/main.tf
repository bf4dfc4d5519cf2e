# Last of the three on the first bring-up: it alarms on the other two.

module "reporter" {
  source = "../modules/reporter"

  region                    = var.region
  alert_email               = var.alert_email
  package_file              = var.package_file
  function                  = var.function
  processor_timeout_seconds = var.processor_timeout_seconds
}

# What people may do with cvops on all three services: attach these to the roles that they sign in with.
module "operator_policies" {
  source = "../modules/operator-policies"

  region = var.region
}
