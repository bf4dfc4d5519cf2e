import {
  type AliasConfiguration,
  type EventSourceMappingConfiguration,
  type FunctionConfiguration,
  GetAliasCommand,
  GetFunctionConcurrencyCommand,
  GetFunctionConfigurationCommand,
  GetPolicyCommand,
  InvokeCommand,
  LambdaClient,
  ListAliasesCommand,
  ListEventSourceMappingsCommand,
  type ListEventSourceMappingsCommandInput,
  ListProvisionedConcurrencyConfigsCommand,
  ListVersionsByFunctionCommand,
  UpdateAliasCommand,
} from '@aws-sdk/client-lambda';
import { type AwsCallSite, classifyAwsError } from '../../errors/classify-aws-error.ts';
import { CvopsError } from '../../errors/cvops-error.ts';
import { ExitCode } from '../../errors/exit-code.ts';
import type { ClientSetup } from '../client-options.ts';
import { type CallRules, guardClient } from '../guard-client.ts';
import type {
  FunctionConfiguration as Configuration,
  FunctionConfigurations,
} from '../ports/function-configurations.ts';
import { defaultLogGroup } from '../ports/function-logs.ts';
import type { Alias, EventSource, Functions, FunctionVersion, Invocation, Provisioned } from '../ports/functions.ts';
import type { FunctionSettings, VersionSettings } from '../ports/usage-source.ts';
import { awsCall, awsPages } from './aws-call.ts';

const ALIAS = ['AliasArn', 'Name', 'FunctionVersion', 'RevisionId'];
const RULES: CallRules = {
  answers: {
    GetAlias: ALIAS,
    UpdateAlias: ALIAS,
    ListAliases: ['Aliases'],
    GetFunctionConfiguration: ['FunctionArn', 'Version'],
    ListVersionsByFunction: ['Versions'],
    ListEventSourceMappings: ['EventSourceMappings'],
    ListProvisionedConcurrencyConfigs: ['ProvisionedConcurrencyConfigs'],
    Invoke: ['ExecutedVersion'],
  },
  slow: [UpdateAliasCommand],
  finish: [UpdateAliasCommand],
  paced: true,
};

/** The longest that Lambda lets a function run: https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html */
const LONGEST_RUN_MS = 15 * 60_000;
/** Beyond the function's own timeout: its start and the way there and back. */
const ANSWER_GRACE_MS = 15_000;

/** {@link Functions}, {@link FunctionConfigurations} and {@link FunctionSettings} over the Lambda API. */
export class LambdaFunctions implements Functions, FunctionConfigurations, FunctionSettings {
  readonly #setup: ClientSetup;
  readonly #client: LambdaClient;
  #invoker: LambdaClient | undefined;

  constructor(setup: ClientSetup) {
    this.#setup = setup;
    this.#client = guardClient('lambda', new LambdaClient(setup.options), setup, RULES);
  }

  async getAlias(functionName: string, alias: string): Promise<Alias> {
    const answer = await awsCall(aliasSite('lambda:GetAlias', functionName, alias), () =>
      this.#client.send(new GetAliasCommand({ FunctionName: functionName, Name: alias })),
    );
    return toAlias(functionName, answer);
  }

  async listAliases(functionName: string): Promise<readonly Alias[]> {
    const site = functionSite('lambda:ListAliases', functionName);
    const aliases = await awsPages(site, async (Marker) => {
      const page = await this.#client.send(new ListAliasesCommand({ FunctionName: functionName, Marker }));
      return { items: page.Aliases ?? [], next: page.NextMarker };
    });
    return aliases.map((alias) => toAlias(functionName, alias));
  }

  async updateAlias(change: Parameters<Functions['updateAlias']>[0]): Promise<Alias> {
    const { functionName, alias } = change;
    try {
      const answer = await this.#client.send(
        new UpdateAliasCommand({
          FunctionName: functionName,
          Name: alias,
          FunctionVersion: change.version,
          // Always sent: without RoutingConfig an UpdateAlias keeps the split that was there.
          // https://docs.aws.amazon.com/lambda/latest/api/API_UpdateAlias.html
          RoutingConfig: { AdditionalVersionWeights: { ...change.weights } },
          Description: change.description,
          RevisionId: change.revisionId,
        }),
      );
      return toAlias(functionName, answer);
    } catch (cause) {
      if ((cause as Error).name === 'PreconditionFailedException') {
        const mine = await this.#ownEarlierChange(change, cause);
        if (mine !== undefined) return mine;
        throw new CvopsError(
          'RevisionConflict',
          ExitCode.failed,
          `alias "${alias}" of ${functionName} was changed by someone else just now; nothing was done.`,
          {
            hint: `look at it with \`cvops alias list\`, then run the command again.`,
            cause,
          },
        );
      }
      // The alias was read just before: what AWS does not find is the version.
      throw classifyAwsError(cause, versionSite('lambda:UpdateAlias', functionName, change.version));
    }
  }

  /**
   * When the answer to an UpdateAlias was lost after it was done, the SDK's next attempt finds a new revision: its own.
   * The description tells, for each release writes one of its own.
   */
  async #ownEarlierChange(
    { functionName, alias, version, weights, description }: Parameters<Functions['updateAlias']>[0],
    cause: unknown,
  ): Promise<Alias | undefined> {
    if (((cause as { $metadata?: { attempts?: number } }).$metadata?.attempts ?? 1) < 2) return undefined;
    const now = await this.getAlias(functionName, alias);
    const isMine =
      now.version === version &&
      now.description === description &&
      JSON.stringify(now.weights) === JSON.stringify(weights);
    return isMine ? now : undefined;
  }

  async getVersion(functionName: string, version: string): Promise<FunctionVersion> {
    const site = versionSite('lambda:GetFunctionConfiguration', functionName, version);
    const answer = await awsCall(site, () =>
      this.#client.send(new GetFunctionConfigurationCommand({ FunctionName: functionName, Qualifier: version })),
    );
    return toVersion(answer);
  }

  async listVersions(functionName: string): Promise<readonly FunctionVersion[]> {
    const versions = await this.#versions(functionName);
    return versions
      .filter((version) => version.Version !== '$LATEST')
      .map(toVersion)
      .sort((a, b) => Number(a.version) - Number(b.version));
  }

  async versionSettings(functionName: string): Promise<readonly VersionSettings[]> {
    const versions = await this.#versions(functionName);
    return versions.map((version) => ({
      version: version.Version ?? '',
      memoryMb: version.MemorySize ?? 128,
      architecture: version.Architectures?.[0] ?? 'x86_64',
      modifiedAt: Date.parse(version.LastModified ?? ''),
      logGroup: logGroupOf(version),
    }));
  }

  async configurations(functionName: string): Promise<readonly Configuration[]> {
    const versions = await this.#versions(functionName);
    return versions.map(toConfiguration).sort((a, b) => numberOf(a) - numberOf(b));
  }

  async functionPolicy(functionName: string): Promise<string | null> {
    const site = functionSite('lambda:GetPolicy', functionName);
    try {
      const answer = await awsCall(site, () => this.#client.send(new GetPolicyCommand({ FunctionName: functionName })));
      return answer.Policy ?? null;
    } catch (cause) {
      // Also where there is a function and no policy. https://docs.aws.amazon.com/lambda/latest/api/API_GetPolicy.html
      if (cause instanceof CvopsError && cause.code === 'FunctionNotFound') return null;
      throw cause;
    }
  }

  #versions(functionName: string): Promise<FunctionConfiguration[]> {
    const site = functionSite('lambda:ListVersionsByFunction', functionName);
    return awsPages(site, async (Marker) => {
      const page = await this.#client.send(new ListVersionsByFunctionCommand({ FunctionName: functionName, Marker }));
      return { items: page.Versions ?? [], next: page.NextMarker };
    });
  }

  async invoke(functionName: string, qualifier: string, payload: string, timeoutSeconds: number): Promise<Invocation> {
    const answer = await awsCall(versionSite('lambda:InvokeFunction', functionName, qualifier), () =>
      this.#invokeClient().send(
        new InvokeCommand({ FunctionName: functionName, Qualifier: qualifier, Payload: Buffer.from(payload) }),
        { requestTimeout: timeoutSeconds * 1000 + ANSWER_GRACE_MS },
      ),
    );
    return {
      executedVersion: answer.ExecutedVersion ?? '',
      // A function that fails is answered with HTTP 200. https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
      functionError: answer.FunctionError ?? null,
      // What a function answers may tell of the environment it runs in, and goes into ledgers.
      payload: this.#readable(Buffer.from(answer.Payload ?? []).toString('utf8')),
    };
  }

  #readable(text: string): string {
    return this.#setup.redactor?.text(text) ?? text;
  }

  /** Of its own: what a function does must not be done again by a second attempt, and it may take 15 minutes. */
  #invokeClient(): LambdaClient {
    const { options } = this.#setup;
    const handler = options.requestHandler;
    this.#invoker ??= guardClient(
      'lambda',
      new LambdaClient({
        ...options,
        maxAttempts: 1,
        ...(handler === undefined || !('socketTimeout' in handler)
          ? {}
          : { requestHandler: { ...handler, socketTimeout: LONGEST_RUN_MS + ANSWER_GRACE_MS } }),
      }),
      this.#setup,
      // Invocations have a limit of their own.
      { ...RULES, paced: false },
    );
    return this.#invoker;
  }

  listEventSources(functionName: string): Promise<readonly EventSource[]> {
    return this.#eventSources({ FunctionName: functionName }, `function "${functionName}"`);
  }

  listEventSourcesOf(queueArn: string): Promise<readonly EventSource[]> {
    return this.#eventSources({ EventSourceArn: queueArn }, `queue "${queueArn.split(':').at(-1)}"`);
  }

  /** One listing for however many functions; their aliases' mappings are in it. */
  allEventSources(): Promise<readonly EventSource[]> {
    return this.#eventSources({}, 'the functions of this account');
  }

  async reservedConcurrency(functionName: string): Promise<number | null> {
    const answer = await awsCall(functionSite('lambda:GetFunctionConcurrency', functionName), () =>
      this.#client.send(new GetFunctionConcurrencyCommand({ FunctionName: functionName })),
    );
    return answer.ReservedConcurrentExecutions ?? null;
  }

  async listProvisioned(functionName: string): Promise<readonly Provisioned[]> {
    const site = functionSite('lambda:ListProvisionedConcurrencyConfigs', functionName);
    const configs = await awsPages(site, async (Marker) => {
      const page = await this.#client.send(
        new ListProvisionedConcurrencyConfigsCommand({ FunctionName: functionName, Marker }),
      );
      return { items: page.ProvisionedConcurrencyConfigs ?? [], next: page.NextMarker };
    });
    return configs.map((config) => ({
      qualifier: config.FunctionArn?.split(':').at(-1) ?? '',
      requested: config.RequestedProvisionedConcurrentExecutions ?? 0,
      allocated: config.AllocatedProvisionedConcurrentExecutions ?? 0,
      status: config.Status ?? 'IN_PROGRESS',
      reason: config.StatusReason ?? null,
    }));
  }

  async #eventSources(input: ListEventSourceMappingsCommandInput, resource: string): Promise<readonly EventSource[]> {
    const mappings = await awsPages({ action: 'lambda:ListEventSourceMappings', resource }, async (Marker) => {
      const page = await this.#client.send(new ListEventSourceMappingsCommand({ ...input, Marker }));
      return { items: page.EventSourceMappings ?? [], next: page.NextMarker };
    });
    return mappings.map(toEventSource);
  }
}

function functionSite(action: string, name: string): AwsCallSite {
  return { action, resource: `function "${name}"`, notFound: { code: 'FunctionNotFound' } };
}

function aliasSite(action: string, functionName: string, alias: string): AwsCallSite {
  return { action, resource: `alias "${alias}" of function "${functionName}"`, notFound: { code: 'AliasNotFound' } };
}

function versionSite(action: string, functionName: string, version: string): AwsCallSite {
  return {
    action,
    resource: `version ${version} of function "${functionName}"`,
    notFound: {
      code: 'VersionNotFound',
      hint: '`cvops alias history SERVICE` shows which versions were served.',
    },
  };
}

function toAlias(functionName: string, alias: AliasConfiguration): Alias {
  return {
    functionName,
    name: alias.Name ?? '',
    arn: alias.AliasArn ?? '',
    version: alias.FunctionVersion ?? '',
    weights: { ...alias.RoutingConfig?.AdditionalVersionWeights },
    description: alias.Description ?? '',
    revisionId: alias.RevisionId ?? '',
  };
}

function toVersion(configuration: FunctionConfiguration): FunctionVersion {
  return {
    version: configuration.Version ?? '',
    codeSha256: configuration.CodeSha256 ?? '',
    runtime: configuration.Runtime ?? '',
    role: configuration.Role ?? '',
    memoryMb: configuration.MemorySize ?? 128,
    timeoutSeconds: configuration.Timeout ?? 3,
    layers: (configuration.Layers ?? []).map((layer) => layer.Arn ?? ''),
    deadLetterTarget: configuration.DeadLetterConfig?.TargetArn ?? null,
    environment: { ...configuration.Environment?.Variables },
    state: configuration.State ?? 'Active',
    stateReason: configuration.StateReason ?? null,
    snapStart:
      configuration.SnapStart?.ApplyOn === 'PublishedVersions'
        ? (configuration.SnapStart.OptimizationStatus ?? 'Off')
        : null,
    description: configuration.Description ?? '',
    lastModified: configuration.LastModified ?? '',
    logGroup: logGroupOf(configuration),
  };
}

function toConfiguration(configuration: FunctionConfiguration): Configuration {
  return {
    ...toVersion(configuration),
    handler: configuration.Handler ?? '',
    architecture: configuration.Architectures?.[0] ?? 'x86_64',
    codeBytes: configuration.CodeSize ?? 0,
    ephemeralMb: configuration.EphemeralStorage?.Size ?? 512,
    inVpc: (configuration.VpcConfig?.SubnetIds ?? []).length > 0,
    kmsKeyArn: configuration.KMSKeyArn || null,
  };
}

/** `$LATEST` behind all others. */
function numberOf({ version }: Configuration): number {
  return version === '$LATEST' ? Number.POSITIVE_INFINITY : Number(version);
}

function toEventSource(mapping: EventSourceMappingConfiguration): EventSource {
  return {
    uuid: mapping.UUID ?? '',
    eventSourceArn: mapping.EventSourceArn ?? '',
    functionArn: mapping.FunctionArn ?? '',
    state: mapping.State ?? '',
    batchSize: mapping.BatchSize ?? 10,
    reportsBatchItemFailures: (mapping.FunctionResponseTypes ?? []).includes('ReportBatchItemFailures'),
    maximumConcurrency: mapping.ScalingConfig?.MaximumConcurrency ?? null,
  };
}

function logGroupOf({ LoggingConfig, FunctionName = '' }: FunctionConfiguration): string {
  return LoggingConfig?.LogGroup ?? defaultLogGroup(FunctionName);
}
