# First of the three on the first bring-up: the processor's mapping needs the queue.

module "worker" {
  source = "../modules/worker"

  region                     = var.region
  processor_timeout_seconds  = var.processor_timeout_seconds
  visibility_timeout_seconds = 6 * var.processor_timeout_seconds
}
