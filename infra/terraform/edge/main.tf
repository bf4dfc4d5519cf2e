# Where the Worker answers. Optional: without it the Worker has its workers.dev address. Code and variables are
# wrangler's (services/worker/wrangler.jsonc), and the sender's key is the Worker's secret: a secret_text binding made
# here would lie in the state, and a script made here would be taken back by the next apply.

# The zone needs a proxied DNS record for the host.
# https://developers.cloudflare.com/workers/configuration/routing/routes/
resource "cloudflare_workers_route" "events" {
  zone_id = var.zone_id
  pattern = "${var.hostname}/events"
  script  = var.script_name
}
