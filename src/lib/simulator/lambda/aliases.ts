import { ApiError } from '../kernel/api-error.ts';
import type { Region } from '../kernel/region.ts';
import type { Input, Operation } from '../kernel/service.ts';
import { conflict, constraint, invalidParameter, notFound, revisionMismatch, validation } from './errors.ts';
import { type Alias, findVersion, type LambdaFunction } from './function-model.ts';
import type { FunctionStore } from './function-store.ts';
import { functionArn, LATEST, readReference } from './names.ts';
import { page } from './paging.ts';
import { followAlias } from './provisioned-concurrency.ts';

const ALIAS_PATTERN = '(?!^[0-9]+$)([a-zA-Z0-9-_]+)';
const MAX_DESCRIPTION_LENGTH = 256;
const WEIGHT_RULE =
  'Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0, Member must not be null]';
const VERSION_KEY_RULE =
  'Map keys must satisfy constraint: [Member must have length less than or equal to 1024, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [0-9]+]';

type Weights = Readonly<Record<string, number>>;

/** CreateAlias to DeleteAlias (https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html). */
export function aliasOperations(region: Region, store: FunctionStore): Readonly<Record<string, Operation>> {
  const render = (fn: LambdaFunction, alias: Alias) => ({
    AliasArn: functionArn(region, fn.name, alias.name),
    Name: alias.name,
    FunctionVersion: alias.functionVersion,
    Description: alias.description,
    RoutingConfig: Object.keys(alias.weights).length > 0 ? { AdditionalVersionWeights: alias.weights } : undefined,
    RevisionId: alias.revisionId,
  });

  const checkTargets = (name: string, fn: LambdaFunction | undefined, primary: string, weights: Weights) => {
    const [additional] = Object.keys(weights);
    if (additional !== undefined && primary === LATEST) {
      throw new ApiError(
        'InvalidParameterValueException',
        '$LATEST is not supported for an alias pointing to more than 1 version',
      );
    }
    if (additional === primary) {
      throw invalidParameter(
        `Invalid function version ${additional}. Function version ${additional} is already included in routing configuration.`,
      );
    }
    const targets = additional === undefined ? [primary] : [primary, additional];
    const found = targets.map((number) => {
      const version = fn === undefined ? undefined : findVersion(fn, number);
      if (version === undefined) throw notFound(`Function not found: ${functionArn(region, name, number)}`);
      return version.deployment.settings;
    });
    const [one, other] = found;
    if (one === undefined || other === undefined) return;
    if (one.Role !== other.Role) {
      throw invalidParameter('Specified versions must be associated with the same execution role');
    }
    if (one.DeadLetterConfig?.TargetArn !== other.DeadLetterConfig?.TargetArn) {
      throw invalidParameter('Specified versions must be associated with the same dead-letter queue configuration');
    }
  };

  return {
    CreateAlias(input: Input) {
      const weights = readWeights(input);
      checkName(input.Name);
      checkDescription(input.Description);
      const { name } = readReference(region, input.FunctionName);
      const fn = store.find(name);
      checkTargets(name, fn, String(input.FunctionVersion), weights);
      if (fn!.aliases.has(input.Name)) {
        throw conflict(`Alias already exists: ${functionArn(region, name, input.Name)}`);
      }
      const alias: Alias = {
        name: input.Name,
        description: input.Description ?? '',
        functionVersion: String(input.FunctionVersion),
        weights,
        revisionId: region.uuid(),
      };
      fn!.aliases.set(alias.name, alias);
      return render(fn!, alias);
    },

    GetAlias(input: Input) {
      const { name } = readReference(region, input.FunctionName);
      const fn = store.find(name);
      const alias = fn?.aliases.get(input.Name);
      if (fn === undefined || alias === undefined) {
        throw notFound(`Cannot find alias arn: ${functionArn(region, name, input.Name)}`);
      }
      return render(fn, alias);
    },

    ListAliases(input: Input) {
      const fn = store.require(readReference(region, input.FunctionName));
      const all = [...fn.aliases.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
      const wanted = input.FunctionVersion;
      const matching = wanted === undefined ? all : all.filter((alias) => alias.functionVersion === wanted);
      const { items, next } = page(matching, input);
      return { Aliases: items.map((alias) => render(fn, alias)), NextMarker: next };
    },

    /** Members left out keep their value: without RoutingConfig the split stays. */
    UpdateAlias(input: Input) {
      const given = input.RoutingConfig === undefined ? undefined : readWeights(input);
      checkDescription(input.Description);
      const { name } = readReference(region, input.FunctionName);
      const fn = store.find(name);
      const alias = fn?.aliases.get(input.Name);
      if (fn === undefined || alias === undefined) {
        throw notFound(`Alias not found: ${functionArn(region, name, input.Name)}`);
      }
      if (input.RevisionId !== undefined && input.RevisionId !== alias.revisionId) throw revisionMismatch();
      const functionVersion = String(input.FunctionVersion ?? alias.functionVersion);
      const weights = given ?? alias.weights;
      checkTargets(name, fn, functionVersion, weights);
      const moves = functionVersion !== alias.functionVersion;
      alias.functionVersion = functionVersion;
      if (moves) followAlias(store, fn, alias);
      alias.weights = weights;
      alias.description = input.Description ?? alias.description;
      alias.revisionId = region.uuid();
      return render(fn, alias);
    },

    /** Deleting an alias that is not there is no error. */
    DeleteAlias(input: Input) {
      const { name } = readReference(region, input.FunctionName);
      const fn = store.find(name);
      fn?.aliases.delete(input.Name);
      fn?.policies.delete(input.Name);
      fn?.provisioned.delete(input.Name);
    },
  };
}

/**
 * The version that one invocation through an alias runs: the additional one with its weight's probability, else the
 * primary. Drawn anew for each invocation, so nothing is sticky.
 */
export function drawVersion(alias: Alias, random: () => number): string {
  for (const [version, weight] of Object.entries(alias.weights)) {
    if (random() < weight) return version;
  }
  return alias.functionVersion;
}

function readWeights(input: Input): Weights {
  const weights: Weights = input.RoutingConfig?.AdditionalVersionWeights ?? {};
  const entries = Object.entries(weights);
  const text = `{${entries.map(([version, weight]) => `${version}=${decimal(weight)}`).join(', ')}}`;
  const member = 'routingConfig.additionalVersionWeights';
  if (entries.some(([version]) => !/^[0-9]+$/.test(version))) {
    throw validation(constraint(text, member, VERSION_KEY_RULE));
  }
  if (entries.some(([, weight]) => weight < 0 || weight > 1)) throw validation(constraint(text, member, WEIGHT_RULE));
  if (entries.length > 1) {
    throw invalidParameter('Number of items in AdditionalVersionWeights cannot be greater than 1');
  }
  return weights;
}

/** AWS's texts write whole numbers as doubles: `2.0`. */
function decimal(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

function checkName(name: unknown): void {
  const text = String(name);
  if (!/^[a-zA-Z0-9-_]+$/.test(text) || /^[0-9]+$/.test(text)) {
    throw validation(constraint(text, 'name', `Member must satisfy regular expression pattern: ${ALIAS_PATTERN}`));
  }
  if (text.length > 128) {
    throw validation(constraint(text, 'name', 'Member must have length less than or equal to 128'));
  }
}

/** At most 256 characters: https://docs.aws.amazon.com/lambda/latest/api/API_UpdateAlias.html */
function checkDescription(description: unknown): void {
  const text = String(description ?? '');
  if (text.length <= MAX_DESCRIPTION_LENGTH) return;
  const rule = `Member must have length less than or equal to ${MAX_DESCRIPTION_LENGTH}`;
  throw validation(constraint(text, 'description', rule));
}
