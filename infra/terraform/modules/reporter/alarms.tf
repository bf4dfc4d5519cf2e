# Eight of the ten alarm metrics that are free (https://aws.amazon.com/cloudwatch/pricing/). A poison message raises no
# Lambda error, since a partial batch failure is a successful invocation: the depth of the dead-letter queue tells.

locals {
  queue     = { QueueName = "${var.prefix}-queue.fifo" }
  dlq       = { QueueName = "${var.prefix}-dlq.fifo" }
  processor = { FunctionName = "${var.prefix}-processor", Resource = "${var.prefix}-processor:live" }
  reporter  = { FunctionName = local.name, Resource = "${local.name}:live" }
  table     = { TableName = "${var.prefix}-events" }

  alarms = {
    dlq-depth = {
      description = "Messages are dead. Next: cvops dlq inspect"
      namespace   = "AWS/SQS"
      metric      = "ApproximateNumberOfMessagesVisible"
      dimensions  = local.dlq
      statistic   = "Maximum"
      threshold   = 0
      period      = 60
    }
    queue-age = {
      description = "The oldest message has waited for 15 minutes: the processor is stuck or too slow. Next: cvops status"
      namespace   = "AWS/SQS"
      metric      = "ApproximateAgeOfOldestMessage"
      dimensions  = local.queue
      statistic   = "Maximum"
      threshold   = 900
      period      = 60
    }
    processor-errors = {
      description = "The processor fails as a whole. Next: cvops alias rollback processor"
      namespace   = "AWS/Lambda"
      metric      = "Errors"
      dimensions  = local.processor
      statistic   = "Sum"
      threshold   = 0
      period      = 60
    }
    processor-throttles = {
      description = "Lambda turns the processor's invocations away: the account's concurrency is used up."
      namespace   = "AWS/Lambda"
      metric      = "Throttles"
      dimensions  = local.processor
      statistic   = "Sum"
      threshold   = 0
      period      = 60
    }
    processor-duration = {
      description = "One run in twenty takes over 80 % of the processor's timeout."
      namespace   = "AWS/Lambda"
      metric      = "Duration"
      dimensions  = local.processor
      statistic   = "p95"
      threshold   = 0.8 * var.processor_timeout_seconds * 1000
      period      = 300
    }
    reporter-errors = {
      description = "The weekly report failed. Next: cvops logs reporter"
      namespace   = "AWS/Lambda"
      metric      = "Errors"
      dimensions  = local.reporter
      statistic   = "Sum"
      threshold   = 0
      period      = 300
    }
    table-write-throttles = {
      description = "The table of events takes no more writes than its provisioned units. Next: cvops usage report"
      namespace   = "AWS/DynamoDB"
      metric      = "WriteThrottleEvents"
      dimensions  = local.table
      statistic   = "Sum"
      threshold   = 0
      period      = 60
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${var.prefix}-${each.key}"
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = startswith(each.value.statistic, "p") ? null : each.value.statistic
  extended_statistic  = startswith(each.value.statistic, "p") ? each.value.statistic : null
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.threshold
  period              = each.value.period
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]
}

# Seven days without a run. Where nothing runs there are no data, so what is missing is what is wrong.
resource "aws_cloudwatch_metric_alarm" "reporter_did_not_run" {
  alarm_name          = "${var.prefix}-reporter-did-not-run"
  alarm_description   = "The weekly report has not run for seven days."
  namespace           = "AWS/Lambda"
  metric_name         = "Invocations"
  dimensions          = local.reporter
  statistic           = "Sum"
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  # A week is the longest that an alarm looks back.
  # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
  period             = 86400
  evaluation_periods = 7
  treat_missing_data = "breaching"
  alarm_actions      = [aws_sns_topic.alerts.arn]
  ok_actions         = [aws_sns_topic.alerts.arn]
}
