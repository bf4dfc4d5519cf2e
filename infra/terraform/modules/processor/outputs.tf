output "cvops" {
  description = "The service as cvops.config.json has it."
  value = {
    service      = "processor"
    function     = module.function.function_name
    alias        = module.function.alias_name
    queue        = module.names.queue.name
    dlq          = module.names.dlq.name
    table        = aws_dynamodb_table.events.name
    releaseTable = module.release_ledger.table_name
  }
}
