import type { Shapes, Structure } from '../kernel/shape.ts';

const vpcConfig: Structure = {
  SubnetIds: ['list', 'text'],
  SecurityGroupIds: ['list', 'text'],
  Ipv6AllowedForDualStack: 'flag',
};

const deadLetterConfig: Structure = { TargetArn: 'text' };

const environment: Structure = { Variables: ['map', 'text'] };

const tracingConfig: Structure = { Mode: 'text' };

const fileSystemConfig: Structure = { Arn: 'text', LocalMountPath: 'text', S3FilesConfig: { DirectS3Read: 'text' } };

const imageConfig: Structure = { EntryPoint: ['list', 'text'], Command: ['list', 'text'], WorkingDirectory: 'text' };

const ephemeralStorage: Structure = { Size: 'number' };

const snapStart: Structure = { ApplyOn: 'text' };

const loggingConfig: Structure = {
  LogFormat: 'text',
  ApplicationLogLevel: 'text',
  SystemLogLevel: 'text',
  LogGroup: 'text',
};

const capacityProviderConfig: Structure = {
  LambdaManagedInstancesCapacityProviderConfig: {
    CapacityProviderArn: 'text',
    PerExecutionEnvironmentMaxConcurrency: 'number',
    ExecutionEnvironmentMemoryGiBPerVCpu: 'number',
  },
};

const durableConfig: Structure = { KMSKeyArn: 'text', RetentionPeriodInDays: 'number', ExecutionTimeout: 'number' };

const aliasRoutingConfiguration: Structure = { AdditionalVersionWeights: ['map', 'number'] };

const destinationConfig: Structure = { OnSuccess: { Destination: 'text' }, OnFailure: { Destination: 'text' } };

const filterCriteria: Structure = { Filters: ['list', { Pattern: 'text' }] };

const eventSourceMappingMetricsConfig: Structure = { Metrics: ['list', 'text'] };

const eventSourceMappingLoggingConfig: Structure = { SystemLogLevel: 'text' };

const scalingConfig: Structure = { MaximumConcurrency: 'number' };

const sourceAccessConfiguration: Structure = { Type: 'text', URI: 'text' };

const kafkaSchemaRegistryConfig: Structure = {
  SchemaRegistryURI: 'text',
  EventRecordFormat: 'text',
  AccessConfigs: ['list', { Type: 'text', URI: 'text' }],
  SchemaValidationConfigs: ['list', { Attribute: 'text' }],
};

const amazonManagedKafkaEventSourceConfig: Structure = {
  ConsumerGroupId: 'text',
  SchemaRegistryConfig: kafkaSchemaRegistryConfig,
};

const selfManagedKafkaEventSourceConfig: Structure = {
  ConsumerGroupId: 'text',
  SchemaRegistryConfig: kafkaSchemaRegistryConfig,
  ConsumptionMode: 'text',
};

const documentDBEventSourceConfig: Structure = { DatabaseName: 'text', CollectionName: 'text', FullDocument: 'text' };

const provisionedPollerConfig: Structure = {
  MinimumPollers: 'number',
  MaximumPollers: 'number',
  PollerGroupName: 'text',
};

/** The inputs of the operations, as AWS's API model types them (https://docs.aws.amazon.com/lambda/latest/api/). */
export const LAMBDA_SHAPES: Shapes = {
  CreateFunction: {
    FunctionName: 'text',
    Role: 'text',
    Code: {
      ZipFile: 'blob',
      S3Bucket: 'text',
      S3Key: 'text',
      S3ObjectVersion: 'text',
      S3ObjectStorageMode: 'text',
      ImageUri: 'text',
      SourceKMSKeyArn: 'text',
    },
    Runtime: 'text',
    Handler: 'text',
    Description: 'text',
    Timeout: 'number',
    MemorySize: 'number',
    Publish: 'flag',
    PublishTo: 'text',
    VpcConfig: vpcConfig,
    PackageType: 'text',
    DeadLetterConfig: deadLetterConfig,
    Environment: environment,
    KMSKeyArn: 'text',
    TracingConfig: tracingConfig,
    Tags: ['map', 'text'],
    Layers: ['list', 'text'],
    FileSystemConfigs: ['list', fileSystemConfig],
    CodeSigningConfigArn: 'text',
    ImageConfig: imageConfig,
    Architectures: ['list', 'text'],
    EphemeralStorage: ephemeralStorage,
    SnapStart: snapStart,
    LoggingConfig: loggingConfig,
    TenancyConfig: { TenantIsolationMode: 'text' },
    CapacityProviderConfig: capacityProviderConfig,
    DurableConfig: durableConfig,
  },
  GetFunction: { FunctionName: 'text', Qualifier: 'text' },
  GetFunctionConfiguration: { FunctionName: 'text', Qualifier: 'text' },
  ListFunctions: { MasterRegion: 'text', FunctionVersion: 'text', Marker: 'text', MaxItems: 'number' },
  UpdateFunctionCode: {
    FunctionName: 'text',
    ZipFile: 'blob',
    S3Bucket: 'text',
    S3Key: 'text',
    S3ObjectVersion: 'text',
    S3ObjectStorageMode: 'text',
    ImageUri: 'text',
    Architectures: ['list', 'text'],
    Publish: 'flag',
    PublishTo: 'text',
    DryRun: 'flag',
    RevisionId: 'text',
    SourceKMSKeyArn: 'text',
  },
  UpdateFunctionConfiguration: {
    FunctionName: 'text',
    Role: 'text',
    Handler: 'text',
    Description: 'text',
    Timeout: 'number',
    MemorySize: 'number',
    VpcConfig: vpcConfig,
    Environment: environment,
    Runtime: 'text',
    DeadLetterConfig: deadLetterConfig,
    KMSKeyArn: 'text',
    TracingConfig: tracingConfig,
    RevisionId: 'text',
    Layers: ['list', 'text'],
    FileSystemConfigs: ['list', fileSystemConfig],
    ImageConfig: imageConfig,
    EphemeralStorage: ephemeralStorage,
    SnapStart: snapStart,
    LoggingConfig: loggingConfig,
    CapacityProviderConfig: capacityProviderConfig,
    DurableConfig: durableConfig,
  },
  DeleteFunction: { FunctionName: 'text', Qualifier: 'text' },
  PublishVersion: {
    FunctionName: 'text',
    CodeSha256: 'text',
    Description: 'text',
    RevisionId: 'text',
    PublishTo: 'text',
  },
  ListVersionsByFunction: { FunctionName: 'text', Marker: 'text', MaxItems: 'number' },
  PutFunctionConcurrency: { FunctionName: 'text', ReservedConcurrentExecutions: 'number' },
  GetFunctionConcurrency: { FunctionName: 'text' },
  DeleteFunctionConcurrency: { FunctionName: 'text' },
  PutProvisionedConcurrencyConfig: {
    FunctionName: 'text',
    Qualifier: 'text',
    ProvisionedConcurrentExecutions: 'number',
  },
  GetProvisionedConcurrencyConfig: { FunctionName: 'text', Qualifier: 'text' },
  ListProvisionedConcurrencyConfigs: { FunctionName: 'text', Marker: 'text', MaxItems: 'number' },
  DeleteProvisionedConcurrencyConfig: { FunctionName: 'text', Qualifier: 'text' },
  GetFunctionCodeSigningConfig: { FunctionName: 'text' },
  GetFunctionUrlConfig: { FunctionName: 'text', Qualifier: 'text' },
  GetFunctionRecursionConfig: { FunctionName: 'text' },
  GetAccountSettings: {},
  CreateAlias: {
    FunctionName: 'text',
    Name: 'text',
    FunctionVersion: 'text',
    Description: 'text',
    RoutingConfig: aliasRoutingConfiguration,
  },
  GetAlias: { FunctionName: 'text', Name: 'text' },
  ListAliases: { FunctionName: 'text', FunctionVersion: 'text', Marker: 'text', MaxItems: 'number' },
  UpdateAlias: {
    FunctionName: 'text',
    Name: 'text',
    FunctionVersion: 'text',
    Description: 'text',
    RoutingConfig: aliasRoutingConfiguration,
    RevisionId: 'text',
  },
  DeleteAlias: { FunctionName: 'text', Name: 'text' },
  TagResource: { Resource: 'text', Tags: ['map', 'text'] },
  ListTags: { Resource: 'text' },
  UntagResource: { Resource: 'text', TagKeys: ['list', 'text'] },
  AddPermission: {
    FunctionName: 'text',
    StatementId: 'text',
    Action: 'text',
    Principal: 'text',
    SourceArn: 'text',
    FunctionUrlAuthType: 'text',
    InvokedViaFunctionUrl: 'flag',
    SourceAccount: 'text',
    EventSourceToken: 'text',
    Qualifier: 'text',
    RevisionId: 'text',
    PrincipalOrgID: 'text',
  },
  RemovePermission: { FunctionName: 'text', StatementId: 'text', Qualifier: 'text', RevisionId: 'text' },
  GetPolicy: { FunctionName: 'text', Qualifier: 'text' },
  PutFunctionEventInvokeConfig: {
    FunctionName: 'text',
    Qualifier: 'text',
    MaximumRetryAttempts: 'number',
    MaximumEventAgeInSeconds: 'number',
    DestinationConfig: destinationConfig,
  },
  UpdateFunctionEventInvokeConfig: {
    FunctionName: 'text',
    Qualifier: 'text',
    MaximumRetryAttempts: 'number',
    MaximumEventAgeInSeconds: 'number',
    DestinationConfig: destinationConfig,
  },
  GetFunctionEventInvokeConfig: { FunctionName: 'text', Qualifier: 'text' },
  DeleteFunctionEventInvokeConfig: { FunctionName: 'text', Qualifier: 'text' },
  CreateEventSourceMapping: {
    FunctionName: 'text',
    EventSourceArn: 'text',
    Enabled: 'flag',
    BatchSize: 'number',
    FilterCriteria: filterCriteria,
    KMSKeyArn: 'text',
    MetricsConfig: eventSourceMappingMetricsConfig,
    LoggingConfig: eventSourceMappingLoggingConfig,
    ScalingConfig: scalingConfig,
    MaximumBatchingWindowInSeconds: 'number',
    ParallelizationFactor: 'number',
    StartingPosition: 'text',
    StartingPositionTimestamp: 'time',
    DestinationConfig: destinationConfig,
    MaximumRecordAgeInSeconds: 'number',
    BisectBatchOnFunctionError: 'flag',
    MaximumRetryAttempts: 'number',
    Tags: ['map', 'text'],
    TumblingWindowInSeconds: 'number',
    Topics: ['list', 'text'],
    Queues: ['list', 'text'],
    SourceAccessConfigurations: ['list', sourceAccessConfiguration],
    SelfManagedEventSource: { Endpoints: ['map', ['list', 'text']] },
    FunctionResponseTypes: ['list', 'text'],
    AmazonManagedKafkaEventSourceConfig: amazonManagedKafkaEventSourceConfig,
    SelfManagedKafkaEventSourceConfig: selfManagedKafkaEventSourceConfig,
    DocumentDBEventSourceConfig: documentDBEventSourceConfig,
    ProvisionedPollerConfig: provisionedPollerConfig,
  },
  GetEventSourceMapping: { UUID: 'text' },
  ListEventSourceMappings: { EventSourceArn: 'text', FunctionName: 'text', Marker: 'text', MaxItems: 'number' },
  UpdateEventSourceMapping: {
    UUID: 'text',
    FunctionName: 'text',
    Enabled: 'flag',
    BatchSize: 'number',
    FilterCriteria: filterCriteria,
    KMSKeyArn: 'text',
    MetricsConfig: eventSourceMappingMetricsConfig,
    LoggingConfig: eventSourceMappingLoggingConfig,
    ScalingConfig: scalingConfig,
    MaximumBatchingWindowInSeconds: 'number',
    ParallelizationFactor: 'number',
    DestinationConfig: destinationConfig,
    MaximumRecordAgeInSeconds: 'number',
    BisectBatchOnFunctionError: 'flag',
    MaximumRetryAttempts: 'number',
    TumblingWindowInSeconds: 'number',
    SourceAccessConfigurations: ['list', sourceAccessConfiguration],
    FunctionResponseTypes: ['list', 'text'],
    AmazonManagedKafkaEventSourceConfig: amazonManagedKafkaEventSourceConfig,
    SelfManagedKafkaEventSourceConfig: selfManagedKafkaEventSourceConfig,
    DocumentDBEventSourceConfig: documentDBEventSourceConfig,
    ProvisionedPollerConfig: provisionedPollerConfig,
  },
  DeleteEventSourceMapping: { UUID: 'text' },
  Invoke: {
    FunctionName: 'text',
    InvocationType: 'text',
    LogType: 'text',
    ClientContext: 'text',
    DurableExecutionName: 'text',
    Payload: 'blob',
    Qualifier: 'text',
    TenantId: 'text',
  },
};
