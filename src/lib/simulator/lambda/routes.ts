import type { Route } from '../kernel/service.ts';

const FUNCTION = '/2015-03-31/functions/{FunctionName}';
const PROVISIONED = '/2019-09-30/functions/{FunctionName}/provisioned-concurrency';
const QUALIFIER = { Qualifier: 'Qualifier' } as const;
const PAGED = { Marker: 'Marker', MaxItems: 'MaxItems:number' } as const;
const REVISION = { ...QUALIFIER, RevisionId: 'RevisionId' } as const;

type Row = readonly [method: string, path: string, operation: string, status?: number, query?: Route['query']];

const ROWS: readonly Row[] = [
  ['POST', '/2015-03-31/functions', 'CreateFunction', 201],
  ['GET', '/2015-03-31/functions', 'ListFunctions', 200, { ...PAGED, FunctionVersion: 'FunctionVersion' }],
  ['GET', FUNCTION, 'GetFunction', 200, QUALIFIER],
  ['DELETE', FUNCTION, 'DeleteFunction', 204, QUALIFIER],
  ['GET', `${FUNCTION}/configuration`, 'GetFunctionConfiguration', 200, QUALIFIER],
  ['PUT', `${FUNCTION}/configuration`, 'UpdateFunctionConfiguration'],
  ['PUT', `${FUNCTION}/code`, 'UpdateFunctionCode'],
  ['POST', `${FUNCTION}/versions`, 'PublishVersion', 201],
  ['GET', `${FUNCTION}/versions`, 'ListVersionsByFunction', 200, PAGED],
  ['POST', `${FUNCTION}/aliases`, 'CreateAlias', 201],
  ['GET', `${FUNCTION}/aliases`, 'ListAliases', 200, { ...PAGED, FunctionVersion: 'FunctionVersion' }],
  ['GET', `${FUNCTION}/aliases/{Name}`, 'GetAlias'],
  ['PUT', `${FUNCTION}/aliases/{Name}`, 'UpdateAlias'],
  ['DELETE', `${FUNCTION}/aliases/{Name}`, 'DeleteAlias', 204],
  ['POST', `${FUNCTION}/invocations`, 'Invoke', 200, QUALIFIER],
  ['POST', `${FUNCTION}/policy`, 'AddPermission', 201, QUALIFIER],
  ['GET', `${FUNCTION}/policy`, 'GetPolicy', 200, QUALIFIER],
  ['DELETE', `${FUNCTION}/policy/{StatementId}`, 'RemovePermission', 204, REVISION],
  ['PUT', '/2017-10-31/functions/{FunctionName}/concurrency', 'PutFunctionConcurrency'],
  ['DELETE', '/2017-10-31/functions/{FunctionName}/concurrency', 'DeleteFunctionConcurrency', 204],
  ['GET', '/2019-09-30/functions/{FunctionName}/concurrency', 'GetFunctionConcurrency'],
  ['PUT', PROVISIONED, 'PutProvisionedConcurrencyConfig', 202, QUALIFIER],
  ['GET', `${PROVISIONED}?List=ALL`, 'ListProvisionedConcurrencyConfigs', 200, PAGED],
  ['GET', PROVISIONED, 'GetProvisionedConcurrencyConfig', 200, QUALIFIER],
  ['DELETE', PROVISIONED, 'DeleteProvisionedConcurrencyConfig', 204, QUALIFIER],
  ['PUT', '/2019-09-25/functions/{FunctionName}/event-invoke-config', 'PutFunctionEventInvokeConfig', 200, QUALIFIER],
  [
    'POST',
    '/2019-09-25/functions/{FunctionName}/event-invoke-config',
    'UpdateFunctionEventInvokeConfig',
    200,
    QUALIFIER,
  ],
  ['GET', '/2019-09-25/functions/{FunctionName}/event-invoke-config', 'GetFunctionEventInvokeConfig', 200, QUALIFIER],
  [
    'DELETE',
    '/2019-09-25/functions/{FunctionName}/event-invoke-config',
    'DeleteFunctionEventInvokeConfig',
    204,
    QUALIFIER,
  ],
  ['GET', '/2020-06-30/functions/{FunctionName}/code-signing-config', 'GetFunctionCodeSigningConfig'],
  ['GET', '/2021-10-31/functions/{FunctionName}/url', 'GetFunctionUrlConfig', 200, QUALIFIER],
  ['GET', '/2024-08-31/functions/{FunctionName}/recursion-config', 'GetFunctionRecursionConfig'],
  ['POST', '/2017-03-31/tags/{Resource}', 'TagResource', 204],
  ['GET', '/2017-03-31/tags/{Resource}', 'ListTags'],
  ['DELETE', '/2017-03-31/tags/{Resource}', 'UntagResource', 204, { tagKeys: 'TagKeys:list' }],
  ['GET', '/2016-08-19/account-settings', 'GetAccountSettings'],
  ['POST', '/2015-03-31/event-source-mappings', 'CreateEventSourceMapping', 202],
  [
    'GET',
    '/2015-03-31/event-source-mappings',
    'ListEventSourceMappings',
    200,
    { ...PAGED, FunctionName: 'FunctionName', EventSourceArn: 'EventSourceArn' },
  ],
  ['GET', '/2015-03-31/event-source-mappings/{UUID}', 'GetEventSourceMapping'],
  ['PUT', '/2015-03-31/event-source-mappings/{UUID}', 'UpdateEventSourceMapping', 202],
  ['DELETE', '/2015-03-31/event-source-mappings/{UUID}', 'DeleteEventSourceMapping', 202],
  // Not AWS's: where `Code.Location` points to.
  ['GET', '/lambda-code/{FunctionName}/{CodeSha256}', 'GetFunctionArchive'],
];

/** Lambda's REST routes (https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html). */
export const LAMBDA_ROUTES: readonly Route[] = ROWS.map(([method, path, operation, status = 200, query]) => ({
  method,
  path,
  operation,
  status,
  ...(query !== undefined && { query }),
}));

/** What CloudTrail calls the operations; Invoke is a data event and so not listed, reads keep their dated names. */
export const TRAIL_NAMES: Readonly<Record<string, string>> = {
  CreateFunction: 'CreateFunction20150331',
  GetFunction: 'GetFunction20150331v2',
  GetFunctionConfiguration: 'GetFunctionConfiguration20150331v2',
  ListFunctions: 'ListFunctions20150331',
  UpdateFunctionCode: 'UpdateFunctionCode20150331v2',
  UpdateFunctionConfiguration: 'UpdateFunctionConfiguration20150331v2',
  DeleteFunction: 'DeleteFunction20150331',
  PublishVersion: 'PublishVersion20150331',
  ListVersionsByFunction: 'ListVersionsByFunction20150331',
  CreateAlias: 'CreateAlias20150331',
  GetAlias: 'GetAlias20150331',
  ListAliases: 'ListAliases20150331',
  UpdateAlias: 'UpdateAlias20150331',
  DeleteAlias: 'DeleteAlias20150331',
  AddPermission: 'AddPermission20150331v2',
  RemovePermission: 'RemovePermission20150331v2',
  GetPolicy: 'GetPolicy20150331v2',
  PutFunctionConcurrency: 'PutFunctionConcurrency20171031',
  DeleteFunctionConcurrency: 'DeleteFunctionConcurrency20171031',
  GetFunctionConcurrency: 'GetFunctionConcurrency',
  PutProvisionedConcurrencyConfig: 'PutProvisionedConcurrencyConfig',
  GetProvisionedConcurrencyConfig: 'GetProvisionedConcurrencyConfig',
  ListProvisionedConcurrencyConfigs: 'ListProvisionedConcurrencyConfigs',
  DeleteProvisionedConcurrencyConfig: 'DeleteProvisionedConcurrencyConfig',
  PutFunctionEventInvokeConfig: 'PutFunctionEventInvokeConfig',
  UpdateFunctionEventInvokeConfig: 'UpdateFunctionEventInvokeConfig',
  GetFunctionEventInvokeConfig: 'GetFunctionEventInvokeConfig',
  DeleteFunctionEventInvokeConfig: 'DeleteFunctionEventInvokeConfig',
  TagResource: 'TagResource20170331v2',
  UntagResource: 'UntagResource20170331v2',
  ListTags: 'ListTags20170331',
  GetAccountSettings: 'GetAccountSettings20160819',
  CreateEventSourceMapping: 'CreateEventSourceMapping20150331',
  GetEventSourceMapping: 'GetEventSourceMapping20150331',
  ListEventSourceMappings: 'ListEventSourceMappings20150331',
  UpdateEventSourceMapping: 'UpdateEventSourceMapping20150331',
  DeleteEventSourceMapping: 'DeleteEventSourceMapping20150331',
};
