import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { archive, LambdaUnderTest } from '../lambda/lambda-under-test.ts';
import { recordedCase } from '../recorded-case.ts';
import { ACCOUNT, CloudWatchUnderTest } from './three-protocols.ts';

const OK_200 = { ResponseMetadata: { HTTPStatusCode: 200 } };

describe('CloudWatch and its neighbours do as AWS did', () => {
  let aws: CloudWatchUnderTest;
  let sqs: SQSClient;
  beforeEach(async () => {
    aws = await CloudWatchUnderTest.start('json');
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    sqs = new SQSClient({ endpoint: aws.simulator.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
  });
  afterEach(async () => {
    sqs.destroy();
    await aws.close();
  });

  const queue = async (QueueName: string) => (await sqs.send(new CreateQueueCommand({ QueueName }))).QueueUrl!;
  const sums = (Namespace: string, Dimensions: unknown, names: Record<string, string>) =>
    aws.call('GetMetricData', {
      MetricDataQueries: Object.entries(names).map(([Id, MetricName]) => ({
        Id,
        MetricStat: { Metric: { Namespace, MetricName, Dimensions }, Period: 60, Stat: 'Sum' },
      })),
      StartTime: aws.at(-3600),
      EndTime: aws.at(0),
    });
  const results = (...list: [id: string, label: string, value: number][]) => ({
    Messages: [],
    MetricDataResults: list.map(([Id, Label, value]) => ({
      Id,
      Label,
      StatusCode: 'Complete',
      Timestamps: ['timestamp'],
      Values: [value],
    })),
    ...OK_200,
  });

  it('test_aws_sqs_metrics_created', async () => {
    const recorded = recordedCase();
    const QueueUrl = await queue('measured');
    const dimensions = [{ Name: 'QueueName', Value: 'measured' }];
    await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'Hello' }));
    recorded.expectAnswer(
      await sums('AWS/SQS', dimensions, {
        sent: 'NumberOfMessagesSent',
        sent_size: 'SentMessageSize',
        empty_receives: 'NumberOfEmptyReceives',
      }),
      results(
        ['sent', 'NumberOfMessagesSent', 1],
        ['sent_size', 'SentMessageSize', 5],
        ['empty_receives', 'NumberOfEmptyReceives', 1],
      ),
    );
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: Messages[0]!.ReceiptHandle }));
    recorded.expectAnswer(
      await sums('AWS/SQS', dimensions, {
        num_msg_received: 'NumberOfMessagesReceived',
        num_msg_deleted: 'NumberOfMessagesDeleted',
      }),
      results(['num_msg_received', 'NumberOfMessagesReceived', 1], ['num_msg_deleted', 'NumberOfMessagesDeleted', 1]),
    );
  });

  it('test_alarm_number_of_messages_sent', async () => {
    const recorded = recordedCase();
    const told = await queue('told');
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: told, AttributeNames: ['QueueArn'] }),
    );
    const { sns } = aws.simulator.region();
    const call = {} as never;
    const { TopicArn } = sns.operations['CreateTopic']!({ Name: 'alarms' }, call) as { TopicArn: string };
    sns.operations['Subscribe']!({ TopicArn, Protocol: 'sqs', Endpoint: Attributes!['QueueArn'] }, call);

    const settings = {
      AlarmDescription: 'test messages sent',
      ComparisonOperator: 'GreaterThanThreshold',
      Dimensions: [{ Name: 'QueueName', Value: 'watched' }],
      EvaluationPeriods: 1,
      MetricName: 'NumberOfMessagesSent',
      Period: 60,
      Statistic: 'SampleCount',
      Threshold: 0,
      TreatMissingData: 'missing',
    };
    await aws.call('PutMetricAlarm', {
      ...settings,
      AlarmName: 'check_sqs_messages',
      Namespace: 'AWS/SQS',
      OKActions: [],
      AlarmActions: [TopicArn],
    });
    await sqs.send(new SendMessageCommand({ QueueUrl: await queue('watched'), MessageBody: 'new message' }));
    await aws.clock.advance(60_000);

    const reason = 'Threshold Crossed: 1 datapoint [1.0 (15/01/26 10:00:00)] was greater than the threshold (0.0).';
    const shared = {
      AlarmActions: ['arn:<partition>:sns:<region>:111111111111:<topic-name>'],
      AlarmArn: 'arn:<partition>:cloudwatch:<region>:111111111111:alarm:<alarm-name:1>',
      AlarmDescription: 'test messages sent',
      AlarmName: '<alarm-name:1>',
      InsufficientDataActions: [],
      OKActions: [],
    };
    recorded.expectAnswer(await aws.call('DescribeAlarms', { AlarmNames: ['check_sqs_messages'] }), {
      CompositeAlarms: [],
      MetricAlarms: [
        {
          ...settings,
          ...shared,
          ActionsEnabled: true,
          AlarmConfigurationUpdatedTimestamp: 'timestamp',
          Namespace: '<namespace:1>',
          StateReason: reason,
          StateReasonData: {
            version: '1.0',
            queryDate: 'date',
            startDate: 'date',
            statistic: 'SampleCount',
            period: 60,
            recentDatapoints: [1],
            threshold: 0,
            evaluatedDatapoints: [{ timestamp: 'date', sampleCount: 1, value: 1 }],
          },
          StateTransitionedTimestamp: 'timestamp',
          StateUpdatedTimestamp: 'timestamp',
          StateValue: 'ALARM',
        },
      ],
      ...OK_200,
    });
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: told }));
    const { Message } = JSON.parse(Messages[0]!.Body!) as { Message: string };
    recorded.expectAnswer(JSON.parse(Message), {
      ...shared,
      AWSAccountId: ACCOUNT,
      // Added by AWS after this recording; in the newest one.
      ActionExecutedAfterMuteWindow: false,
      AlarmConfigurationUpdatedTimestamp: 'date',
      NewStateReason: reason,
      NewStateValue: 'ALARM',
      OldStateValue: 'INSUFFICIENT_DATA',
      Region: '<region-name-full:1>',
      StateChangeTime: 'date',
      Trigger: {
        ComparisonOperator: 'GreaterThanThreshold',
        Dimensions: [{ name: 'QueueName', value: 'watched' }],
        EvaluateLowSampleCountPercentile: '',
        EvaluationPeriods: 1,
        MetricName: 'NumberOfMessagesSent',
        Namespace: '<namespace:1>',
        Period: 60,
        Statistic: 'SAMPLE_COUNT',
        StatisticType: 'Statistic',
        Threshold: 0,
        TreatMissingData: 'missing',
        Unit: null,
      },
    });
  });

  it('test_alarm_lambda_target', async () => {
    const recorded = recordedCase();
    const invoke = vi.spyOn(aws.simulator.region().functions, 'invokeAsync').mockReturnValue(undefined);
    const functionArn = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:on-alarm`;
    await aws.call('PutMetricAlarm', {
      AlarmName: 'to-lambda',
      AlarmDescription: 'testing lambda alarm action',
      MetricName: 'metric1',
      Namespace: 'ns',
      Period: 10,
      Threshold: 2,
      Statistic: 'Average',
      OKActions: [],
      AlarmActions: [functionArn],
      EvaluationPeriods: 2,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'ignore',
    });
    await aws.call('SetAlarmState', { AlarmName: 'to-lambda', StateValue: 'ALARM', StateReason: 'testing alarm' });
    expect(invoke).toHaveBeenCalledTimes(1);
    expect(invoke.mock.calls[0]![0]).toBe(functionArn);
    recorded.expectAnswer(invoke.mock.calls[0]![1], {
      source: 'aws.cloudwatch',
      alarmArn: 'arn:<partition>:cloudwatch:<region>:111111111111:alarm:<alarm-name:1>',
      accountId: ACCOUNT,
      time: 'date',
      region: '<region>',
      alarmData: {
        alarmName: '<alarm-name:1>',
        state: { value: 'ALARM', reason: 'testing alarm', timestamp: 'date' },
        previousState: {
          value: 'INSUFFICIENT_DATA',
          reason: 'Unchecked: Initial alarm creation',
          timestamp: 'date',
        },
        configuration: {
          description: 'testing lambda alarm action',
          metrics: [
            {
              id: '<uuid:1>',
              metricStat: {
                metric: { namespace: 'ns', name: 'metric1', dimensions: {} },
                period: 10,
                stat: 'Average',
              },
              returnData: true,
            },
          ],
        },
      },
    });
  });
});

describe('Lambda counts its invocations as AWS did', () => {
  let lambda: LambdaUnderTest;
  let cloudwatch: CloudWatchClient;
  beforeEach(async () => {
    lambda = await LambdaUnderTest.start();
    cloudwatch = new CloudWatchClient({
      endpoint: lambda.simulator.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
    });
  });
  afterEach(async () => {
    cloudwatch.destroy();
    await lambda.close();
  });

  const invoked = async (code: string) => {
    const FunctionName = await lambda.createRunning(archive(code));
    await lambda.client.send(new InvokeCommand({ FunctionName }));
    return FunctionName;
  };
  const sum = (FunctionName: string, MetricName: string) => {
    const now = lambda.simulator.clock.now();
    const Dimensions = [{ Name: 'FunctionName', Value: FunctionName }];
    return cloudwatch.send(
      new GetMetricDataCommand({
        MetricDataQueries: [
          {
            Id: 'm1',
            MetricStat: { Metric: { Namespace: 'AWS/Lambda', MetricName, Dimensions }, Period: 60, Stat: 'Sum' },
          },
        ],
        StartTime: new Date(now - 600_000),
        EndTime: new Date(now + 60_000),
      }),
    );
  };
  const once = (Label: string) => ({
    Messages: [],
    MetricDataResults: [{ Id: 'm1', Label, StatusCode: 'Complete', Timestamps: ['timestamp'], Values: [1] }],
    ...OK_200,
  });

  // The answer to the invocation itself belongs to a Python function and is not played.
  it('test_lambda_invoke_successful', async () => {
    const recorded = recordedCase();
    const name = await invoked('export const handler = async () => ({ success: "ok" });');
    recorded.expectAnswer(await sum(name, 'Invocations'), once('Invocations'));
  });

  it('test_lambda_invoke_error', async () => {
    const recorded = recordedCase();
    const name = await invoked('export const handler = async () => { throw new Error("fail on purpose"); };');
    recorded.expectAnswer(await sum(name, 'Invocations'), once('Invocations'));
    recorded.expectAnswer(await sum(name, 'Errors'), once('Errors'));
  });
});
