output "cvops" {
  description = "What `cvops init --from terraform` reads."
  value       = module.processor.cvops
}
