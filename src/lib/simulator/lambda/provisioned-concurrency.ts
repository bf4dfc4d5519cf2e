import { ApiError } from '../kernel/api-error.ts';
import type { Region } from '../kernel/region.ts';
import type { Input, Operation } from '../kernel/service.ts';
import { conflict, constraint, invalidParameter, notFound, validation } from './errors.ts';
import {
  type Alias,
  findVersion,
  type LambdaFunction,
  lambdaTime,
  type ProvisionedConcurrency,
} from './function-model.ts';
import type { FunctionStore } from './function-store.ts';
import { functionArn, LATEST, readReference } from './names.ts';
import { page } from './paging.ts';

/** Of the account's 1,000, so many stay for functions without any reservation: https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html */
const ACCOUNT_CONCURRENCY = 1000;
const LEFT_UNRESERVED = 100;

/**
 * Put-, Get-, List- and DeleteProvisionedConcurrencyConfig
 * (https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html). Texts of errors as seen in public issues
 * and test suites; AWS documents the codes.
 */
export function provisionedConcurrencyOperations(
  region: Region,
  store: FunctionStore,
): Readonly<Record<string, Operation>> {
  /** The function and what the qualifier names in it. */
  const place = (input: Input, unpublished: string) => {
    const { name, qualifier = LATEST } = readReference(region, input.FunctionName, input.Qualifier);
    if (qualifier === LATEST) throw invalidParameter(unpublished);
    const fn = store.find(name);
    const alias = fn?.aliases.get(qualifier);
    const version = fn === undefined ? undefined : findVersion(fn, alias?.functionVersion ?? qualifier);
    if (fn === undefined || version === undefined) {
      const arn = functionArn(region, name, qualifier);
      throw notFound(/^\d+$/.test(qualifier) ? `Function not found: ${arn}` : `Cannot find alias arn: ${arn}`);
    }
    return { fn, qualifier, alias, version };
  };
  const NAMELESS = 'The function resource provided must be an alias or a published version.';
  const render = (config: ProvisionedConcurrency) => {
    const ended = region.clock.now() >= config.readyAt;
    const allocated = ended && config.failure === undefined ? config.requested : 0;
    return {
      RequestedProvisionedConcurrentExecutions: config.requested,
      AvailableProvisionedConcurrentExecutions: allocated,
      AllocatedProvisionedConcurrentExecutions: allocated,
      Status: !ended ? 'IN_PROGRESS' : config.failure === undefined ? 'READY' : 'FAILED',
      StatusReason: ended ? config.failure : undefined,
      LastModified: lambdaTime(config.lastModified),
    };
  };

  return {
    PutProvisionedConcurrencyConfig(input: Input) {
      const requested = Number(input.ProvisionedConcurrentExecutions);
      if (!(requested >= 1)) {
        const rule = 'Member must have value greater than or equal to 1';
        throw validation(constraint(String(requested), 'provisionedConcurrentExecutions', rule));
      }
      const { fn, qualifier, alias, version } = place(
        input,
        'Provisioned Concurrency Configs cannot be applied to unpublished function versions.',
      );
      const { SnapStart } = version.deployment.settings;
      if (SnapStart.ApplyOn === 'PublishedVersions') {
        throw invalidParameter('Provisioned Concurrency is not supported for SnapStart enabled functions.');
      }
      if (alias !== undefined && Object.keys(alias.weights).length > 0) {
        throw invalidParameter('Invalid alias configuration for Provisioned Concurrency');
      }
      checkOnlyOne(fn, qualifier, alias);
      checkLimits(store, fn, qualifier, requested);
      store.provision(fn, qualifier, requested);
      return render(fn.provisioned.get(qualifier)!);
    },

    GetProvisionedConcurrencyConfig(input: Input) {
      const { fn, qualifier } = place(input, NAMELESS);
      const config = fn.provisioned.get(qualifier);
      if (config !== undefined) return render(config);
      throw new ApiError(
        'ProvisionedConcurrencyConfigNotFoundException',
        'No Provisioned Concurrency Config found for this function',
        { status: 404, fields: { Type: 'User' } },
      );
    },

    ListProvisionedConcurrencyConfigs(input: Input) {
      const fn = store.require(readReference(region, input.FunctionName));
      const { items, next } = page([...fn.provisioned], input);
      return {
        ProvisionedConcurrencyConfigs: items.map(([qualifier, config]) => ({
          FunctionArn: functionArn(region, fn.name, qualifier),
          ...render(config),
        })),
        NextMarker: next,
      };
    },

    DeleteProvisionedConcurrencyConfig(input: Input) {
      const { fn, qualifier } = place(input, NAMELESS);
      fn.provisioned.delete(qualifier);
    },
  };
}

/**
 * When its alias has moved, Lambda gives the old version's up and allocates it on the new one
 * (https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html).
 */
export function followAlias(store: FunctionStore, fn: LambdaFunction, alias: Alias): void {
  const config = fn.provisioned.get(alias.name);
  if (config !== undefined) store.provision(fn, alias.name, config.requested);
}

/** A version has at most one: its own, or that of one alias that points to it. */
function checkOnlyOne(fn: LambdaFunction, qualifier: string, alias: Alias | undefined): void {
  const served = alias?.functionVersion ?? qualifier;
  const ofAnotherAlias = [...fn.aliases.values()].some(
    (other) => other !== alias && other.functionVersion === served && fn.provisioned.has(other.name),
  );
  if (alias === undefined && ofAnotherAlias) throw conflict('Version is pointed by a Provisioned Concurrency alias');
  if (alias !== undefined && (ofAnotherAlias || fn.provisioned.has(served))) {
    throw conflict("Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version");
  }
}

function checkLimits(store: FunctionStore, fn: LambdaFunction, qualifier: string, requested: number): void {
  const others = (each: LambdaFunction) =>
    [...each.provisioned].reduce(
      (sum, [name, config]) => (each === fn && name === qualifier ? sum : sum + config.requested),
      0,
    );
  if (fn.reservedConcurrency !== undefined) {
    if (requested + others(fn) <= fn.reservedConcurrency) return;
    throw invalidParameter(
      'Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function',
    );
  }
  const taken = store.all.reduce((sum, each) => sum + (each.reservedConcurrency ?? others(each)), 0);
  const free = ACCOUNT_CONCURRENCY - LEFT_UNRESERVED - taken;
  if (requested > free) {
    throw invalidParameter(
      `Specified ConcurrentExecutions for function is greater than account's unreserved concurrency [${free}].`,
    );
  }
}
