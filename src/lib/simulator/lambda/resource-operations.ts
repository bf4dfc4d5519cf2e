import type { Region } from '../kernel/region.ts';
import type { Input, Operation } from '../kernel/service.ts';
import { constraint, invalidParameter, notFound, revisionMismatch, validation } from './errors.ts';
import { type EventInvokeConfig, findVersion, type LambdaFunction, type PolicyStatement } from './function-model.ts';
import type { FunctionStore } from './function-store.ts';
import { functionArn, LATEST, readReference } from './names.ts';

const RESOURCE_PATTERN =
  'arn:(aws[a-zA-Z-]*):lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:(function:[a-zA-Z0-9-_]+(:(\\$LATEST|[a-zA-Z0-9-_]+))?|layer:([a-zA-Z0-9-_]+)|code-signing-config:csc-[a-z0-9]{17}|event-source-mapping:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|capacity-provider:[a-zA-Z0-9-_]+)';

/** Resource policies, tags, and the settings of asynchronous invocation. */
export function resourceOperations(
  region: Region,
  store: FunctionStore,
  mappingTags: (uuid: string) => Map<string, string> | undefined,
): Readonly<Record<string, Operation>> {
  const tagsOf = (input: Input): Map<string, string> => {
    const resource = String(input.Resource);
    if (!new RegExp(`^${RESOURCE_PATTERN}$`).test(resource)) {
      const rule = `Member must satisfy regular expression pattern: ${RESOURCE_PATTERN}`;
      throw validation(constraint(resource, 'resource', rule));
    }
    const uuid = /:event-source-mapping:(.+)$/.exec(resource)?.[1];
    if (uuid !== undefined) {
      const tags = mappingTags(uuid);
      if (tags === undefined) throw notFound(`Event source mapping not found: ${resource}`);
      return tags;
    }
    const reference = readReference(region, resource);
    if (reference.qualifier !== undefined) {
      throw invalidParameter('Tags on function aliases and versions are not supported. Please specify a function ARN.');
    }
    return store.require(reference).tags;
  };

  /** The function and the key of its policy for a reference; 404 for an unknown alias or version. */
  const policyPlace = (input: Input) => {
    const reference = readReference(region, input.FunctionName, input.Qualifier);
    const fn = store.require(reference);
    const { qualifier = LATEST } = reference;
    if (!fn.aliases.has(qualifier) && findVersion(fn, qualifier) === undefined) {
      throw notFound(`Function not found: ${functionArn(region, fn.name, qualifier)}`);
    }
    const arn = functionArn(region, fn.name, reference.qualifier);
    return { fn, qualifier, arn };
  };

  const checkPolicyRevision = (fn: LambdaFunction, qualifier: string, given: unknown) => {
    if (given === undefined) return;
    if (given !== fn.policies.get(qualifier)?.revisionId) throw revisionMismatch('GetPolicy');
  };

  const invokePlace = (input: Input, whenMissing: (arn: string) => string) => {
    const { name, qualifier = LATEST } = readReference(region, input.FunctionName, input.Qualifier);
    const fn = store.find(name);
    const arn = functionArn(region, name, qualifier);
    if (fn === undefined || (!fn.aliases.has(qualifier) && findVersion(fn, qualifier) === undefined)) {
      throw notFound(whenMissing(arn));
    }
    return { fn, qualifier, arn };
  };
  const noConfig = (arn: string) => `The function ${arn} doesn't have an EventInvokeConfig`;
  const noFunction = () => "The function doesn't exist.";

  const renderEventInvoke = (arn: string, config: EventInvokeConfig) => ({
    FunctionArn: arn,
    LastModified: new Date(config.lastModified),
    MaximumRetryAttempts: config.maximumRetryAttempts,
    MaximumEventAgeInSeconds: config.maximumEventAgeSeconds,
    DestinationConfig: { OnSuccess: {}, OnFailure: {} },
  });

  const setEventInvoke = (input: Input, base: EventInvokeConfig | undefined, fn: LambdaFunction, qualifier: string) => {
    if (input.DestinationConfig?.OnSuccess?.Destination ?? input.DestinationConfig?.OnFailure?.Destination) {
      throw invalidParameter('The simulator delivers to dead-letter queues (DeadLetterConfig), not to destinations.');
    }
    const { MaximumRetryAttempts, MaximumEventAgeInSeconds, DestinationConfig } = input;
    if (
      MaximumRetryAttempts === undefined &&
      MaximumEventAgeInSeconds === undefined &&
      DestinationConfig === undefined
    ) {
      throw invalidParameter('You must specify at least one of error handling or destination setting.');
    }
    const config: EventInvokeConfig = {
      maximumRetryAttempts: MaximumRetryAttempts ?? base?.maximumRetryAttempts,
      maximumEventAgeSeconds: MaximumEventAgeInSeconds ?? base?.maximumEventAgeSeconds,
      lastModified: region.clock.now(),
    };
    fn.eventInvoke.set(qualifier, config);
    return config;
  };

  return {
    TagResource(input: Input) {
      const tags = tagsOf(input);
      for (const [key, value] of Object.entries(input.Tags ?? {})) tags.set(key, String(value));
    },

    ListTags(input: Input) {
      return { Tags: tagsOf(input) };
    },

    UntagResource(input: Input) {
      const tags = tagsOf(input);
      for (const key of input.TagKeys ?? []) tags.delete(key);
    },

    AddPermission(input: Input) {
      const { fn, qualifier, arn } = policyPlace(input);
      checkPolicyRevision(fn, qualifier, input.RevisionId);
      const statement = readStatement(input, arn);
      store.addStatement(fn, qualifier, statement);
      return { Statement: JSON.stringify(statement) };
    },

    RemovePermission(input: Input) {
      const { name, qualifier: given } = readReference(region, input.FunctionName, input.Qualifier);
      const qualifier = given ?? LATEST;
      const fn = store.find(name);
      if (fn === undefined) throw notFound(`No policy found for: ${functionArn(region, name, given)}`);
      const policy = fn.policies.get(qualifier);
      if (policy === undefined) throw notFound('The resource you requested does not exist.');
      checkPolicyRevision(fn, qualifier, input.RevisionId);
      const left = policy.statements.filter((each) => each.Sid !== input.StatementId);
      if (left.length === policy.statements.length) {
        throw notFound(`Statement ${input.StatementId} is not found in resource policy.`);
      }
      if (left.length === 0) fn.policies.delete(qualifier);
      else fn.policies.set(qualifier, { statements: left, revisionId: region.uuid() });
    },

    GetPolicy(input: Input) {
      const { fn, qualifier } = policyPlace(input);
      const policy = fn.policies.get(qualifier);
      if (policy === undefined) throw notFound('The resource you requested does not exist.');
      const document = { Version: '2012-10-17', Id: 'default', Statement: policy.statements };
      return { Policy: JSON.stringify(document), RevisionId: policy.revisionId };
    },

    PutFunctionEventInvokeConfig(input: Input) {
      const { fn, qualifier, arn } = invokePlace(input, noFunction);
      return renderEventInvoke(arn, setEventInvoke(input, undefined, fn, qualifier));
    },

    UpdateFunctionEventInvokeConfig(input: Input) {
      const { fn, qualifier, arn } = invokePlace(input, noFunction);
      const base = fn.eventInvoke.get(qualifier);
      if (base === undefined) throw notFound(noConfig(arn));
      return renderEventInvoke(arn, setEventInvoke(input, base, fn, qualifier));
    },

    GetFunctionEventInvokeConfig(input: Input) {
      const { fn, qualifier, arn } = invokePlace(input, noConfig);
      const config = fn.eventInvoke.get(qualifier);
      if (config === undefined) throw notFound(noConfig(arn));
      return renderEventInvoke(arn, config);
    },

    DeleteFunctionEventInvokeConfig(input: Input) {
      const { fn, qualifier, arn } = invokePlace(input, noConfig);
      if (!fn.eventInvoke.delete(qualifier)) throw notFound(noConfig(arn));
    },
  };
}

/** A policy statement as AddPermission writes it. */
function readStatement(input: Input, resource: string): PolicyStatement {
  const principal = String(input.Principal);
  const conditions: Record<string, Record<string, string>> = {};
  if (input.SourceAccount !== undefined) conditions.StringEquals = { 'AWS:SourceAccount': input.SourceAccount };
  if (input.SourceArn !== undefined) conditions.ArnLike = { 'AWS:SourceArn': input.SourceArn };
  const base = {
    Sid: String(input.StatementId),
    Effect: 'Allow',
    Principal: writePrincipal(principal),
    Action: String(input.Action),
    Resource: resource,
  } as const;
  return Object.keys(conditions).length > 0 ? { ...base, Condition: conditions } : base;
}

function writePrincipal(principal: string): unknown {
  if (principal === '*') return '*';
  if (principal.endsWith('.amazonaws.com')) return { Service: principal };
  return { AWS: /^\d{12}$/.test(principal) ? `arn:aws:iam::${principal}:root` : principal };
}
