output "endpoint" {
  description = "Where browsers send events."
  value       = "https://${cloudflare_workers_route.events.pattern}"
}
