import type { Region } from '../kernel/region.ts';
import { type Call, type Input, type Operation, RawResponse } from '../kernel/service.ts';
import { constraint, invalidParameter, notFound, validation } from './errors.ts';
import { type LambdaFunction, renderConfiguration, renderListed } from './function-model.ts';
import type { FunctionStore } from './function-store.ts';
import { functionArn, isAliasName, LATEST, readNewName, readReference } from './names.ts';
import { page } from './paging.ts';

/** CreateFunction to DeleteFunction: functions, their code, configuration and versions. */
export function functionOperations(region: Region, store: FunctionStore): Readonly<Record<string, Operation>> {
  const codeOf = (fn: LambdaFunction, sha256: string) => ({
    RepositoryType: 'S3',
    Location: `${region.endpoint}/lambda-code/${fn.name}/${Buffer.from(sha256, 'base64').toString('hex')}`,
  });

  return {
    CreateFunction(input: Input) {
      const fn = store.create(readNewName(region, input.FunctionName), input);
      const answer = renderConfiguration(region, fn.latest);
      // With Publish, AWS answers $LATEST under the new version's number.
      return input.Publish === true ? { ...answer, Version: '1' } : answer;
    },

    GetFunction(input: Input) {
      const reference = readReference(region, input.FunctionName, input.Qualifier);
      const { fn, version } = store.requireVersion(reference);
      return {
        Configuration: renderConfiguration(region, version, reference.qualifier),
        Code: codeOf(fn, version.deployment.code.sha256),
        Tags: fn.tags.size > 0 && version === fn.latest ? fn.tags : undefined,
        Concurrency:
          fn.reservedConcurrency === undefined ? undefined : { ReservedConcurrentExecutions: fn.reservedConcurrency },
      };
    },

    /** Behind `Code.Location`: the archive itself, which AWS serves from S3. */
    GetFunctionArchive(input: Input) {
      const fn = store.require({ name: input.FunctionName, qualifier: undefined });
      const wanted = Buffer.from(String(input.CodeSha256), 'hex').toString('base64');
      const versions = [fn.latest, ...fn.versions.values()];
      const code = versions.map((each) => each.deployment.code).find((each) => each.sha256 === wanted);
      if (code === undefined) throw notFound(`No archive ${input.CodeSha256}`);
      return new RawResponse(200, { 'content-type': 'application/zip' }, code.zip);
    },

    GetFunctionConfiguration(input: Input) {
      const reference = readReference(region, input.FunctionName, input.Qualifier);
      return renderConfiguration(region, store.requireVersion(reference).version, reference.qualifier);
    },

    ListFunctions(input: Input) {
      const all = input.FunctionVersion !== undefined;
      if (all && input.FunctionVersion !== 'ALL') {
        const rule = 'Member must satisfy enum value set: [ALL]';
        throw validation(constraint(input.FunctionVersion, 'functionVersion', rule));
      }
      const listed = store.all.flatMap((fn) => {
        if (!all) return [renderListed(region, fn.latest)];
        const versions = [...fn.versions.values()];
        return [fn.latest, ...versions].map((each) => renderListed(region, each, each.deployment.version));
      });
      const { items, next } = page(listed, input);
      return { Functions: items, NextMarker: next };
    },

    UpdateFunctionCode(input: Input) {
      const fn = store.require(readReference(region, input.FunctionName));
      store.checkRevision(fn, input.RevisionId);
      if (input.DryRun === true) {
        return renderConfiguration(region, { ...fn.latest, deployment: store.withCode(fn, input) });
      }
      const version = store.updateCode(fn, input);
      return renderConfiguration(region, version, version === fn.latest ? undefined : version.deployment.version);
    },

    UpdateFunctionConfiguration(input: Input) {
      const fn = store.require(readReference(region, input.FunctionName));
      store.checkRevision(fn, input.RevisionId);
      return renderConfiguration(region, store.updateConfiguration(fn, input));
    },

    DeleteFunction(input: Input) {
      const { name, qualifier } = readReference(region, input.FunctionName, input.Qualifier);
      if (qualifier === LATEST) {
        throw invalidParameter('$LATEST version cannot be deleted without deleting the function.');
      }
      if (qualifier !== undefined && isAliasName(qualifier)) {
        throw invalidParameter('Deletion of aliases is not currently supported.');
      }
      const fn = store.require({ name, qualifier: undefined });
      if (qualifier === undefined) store.delete(fn);
      else store.deleteVersion(fn, qualifier);
    },

    PublishVersion(input: Input) {
      const fn = store.require(readReference(region, input.FunctionName));
      const version = store.publish(fn, input);
      return renderConfiguration(region, version, version.deployment.version);
    },

    ListVersionsByFunction(input: Input) {
      const fn = store.require(readReference(region, input.FunctionName));
      const versions = [fn.latest, ...fn.versions.values()];
      const { items, next } = page(versions, input);
      return { Versions: items.map((each) => renderListed(region, each, each.deployment.version)), NextMarker: next };
    },

    PutFunctionConcurrency(input: Input) {
      const { name, qualifier } = readReference(region, input.FunctionName);
      if (qualifier !== undefined) {
        throw invalidParameter(
          'This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. Please specify either a function name or an unqualified function ARN.',
        );
      }
      const fn = store.find(name);
      if (fn === undefined) throw notFound(`Function not found: ${functionArn(region, name, LATEST)}`);
      fn.reservedConcurrency = Number(input.ReservedConcurrentExecutions);
      return { ReservedConcurrentExecutions: fn.reservedConcurrency };
    },

    GetFunctionConcurrency(input: Input) {
      const fn = store.require(readReference(region, input.FunctionName));
      return { ReservedConcurrentExecutions: fn.reservedConcurrency };
    },

    DeleteFunctionConcurrency(input: Input) {
      store.require(readReference(region, input.FunctionName)).reservedConcurrency = undefined;
    },

    // The next three exist for tools that read them after each create, such as Terraform's provider.
    GetFunctionCodeSigningConfig(input: Input) {
      const fn = store.require(readReference(region, input.FunctionName));
      return { CodeSigningConfigArn: '', FunctionName: fn.name };
    },

    GetFunctionUrlConfig(input: Input) {
      readReference(region, input.FunctionName, input.Qualifier);
      throw notFound('The resource you requested does not exist.');
    },

    GetFunctionRecursionConfig(input: Input) {
      store.require(readReference(region, input.FunctionName));
      return { RecursiveLoop: 'Terminate' };
    },

    GetAccountSettings(_input: Input, _call: Call) {
      const sizes = store.all.flatMap((fn) => [fn.latest, ...fn.versions.values()]);
      const reserved = store.all.reduce((sum, fn) => sum + (fn.reservedConcurrency ?? 0), 0);
      return {
        // https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
        AccountLimit: {
          TotalCodeSize: 80_530_636_800,
          CodeSizeUnzipped: 262_144_000,
          CodeSizeZipped: 52_428_800,
          ConcurrentExecutions: 1000,
          UnreservedConcurrentExecutions: 1000 - reserved,
        },
        AccountUsage: {
          TotalCodeSize: sizes.reduce((sum, each) => sum + each.deployment.code.zip.length, 0),
          FunctionCount: store.all.length,
        },
      };
    },
  };
}
