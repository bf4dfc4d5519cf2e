output "cvops" {
  description = "What `cvops init --from terraform` reads."
  value = {
    service      = "processor"
    function     = module.processor.function_name
    alias        = module.processor.alias_name
    queue        = module.processor.queue_name
    dlq          = module.processor.dlq_name
    table        = module.processor.table_name
    releaseTable = module.processor.release_table_name
  }
}
