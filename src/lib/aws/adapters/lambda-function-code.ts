import { createHash } from 'node:crypto';
import {
  DeleteFunctionCommand,
  type FunctionConfiguration,
  GetFunctionConfigurationCommand,
  LambdaClient,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda';
import { type AwsCallSite, classifyAwsError } from '../../errors/classify-aws-error.ts';
import { CvopsError } from '../../errors/cvops-error.ts';
import { ExitCode } from '../../errors/exit-code.ts';
import type { ClientSetup } from '../client-options.ts';
import { type CallRules, guardClient } from '../guard-client.ts';
import {
  type CodeVersion,
  type FunctionCode,
  type LatestCode,
  type PublishedVersion,
  publishedVersion,
} from '../ports/function-code.ts';
import { awsCall, awsPages } from './aws-call.ts';

const RULES: CallRules = {
  answers: {
    GetFunctionConfiguration: ['CodeSha256', 'RevisionId'],
    UpdateFunctionCode: ['CodeSha256'],
    PublishVersion: ['Version', 'CodeSha256'],
    ListVersionsByFunction: ['Versions'],
  },
  slow: [UpdateFunctionCodeCommand, PublishVersionCommand],
  finish: [UpdateFunctionCodeCommand, PublishVersionCommand, DeleteFunctionCommand],
  paced: true,
};

/** An upload may take as long as a slow line needs, 100 kB/s, beyond what every call may take. */
const UPLOAD_BYTES_PER_MS = 100;
const ANSWER_MS = 30_000;

/** Code and versions over the Lambda API. */
export class LambdaFunctionCode implements FunctionCode {
  readonly #client: LambdaClient;

  constructor(setup: ClientSetup) {
    this.#client = guardClient('lambda', new LambdaClient(setup.options), setup, RULES);
  }

  async latest(functionName: string): Promise<LatestCode> {
    const answer = await awsCall(site('lambda:GetFunctionConfiguration', functionName), () =>
      this.#client.send(new GetFunctionConfigurationCommand({ FunctionName: functionName })),
    );
    return {
      codeSha256: answer.CodeSha256 ?? '',
      revisionId: answer.RevisionId ?? '',
      state: answer.State ?? 'Active',
      stateReason: answer.StateReason ?? null,
      lastUpdate: answer.LastUpdateStatus ?? null,
      lastUpdateReason: answer.LastUpdateStatusReason ?? null,
      settings: settingsOf(answer),
    };
  }

  async update({ functionName, zip, codeSha256, revisionId, dryRun }: Parameters<FunctionCode['update']>[0]) {
    const command = new UpdateFunctionCodeCommand({
      FunctionName: functionName,
      ZipFile: zip,
      RevisionId: revisionId,
      Publish: false,
      DryRun: dryRun,
    });
    try {
      await this.#client.send(command, { requestTimeout: ANSWER_MS + zip.length / UPLOAD_BYTES_PER_MS });
    } catch (cause) {
      // An answer that was lost after the work was done makes the SDK's next attempt find a new revision: its own.
      if (!dryRun && triedAgain(cause) && (await this.latest(functionName)).codeSha256 === codeSha256) return;
      throw changed(cause, functionName) ?? classifyAwsError(cause, site('lambda:UpdateFunctionCode', functionName));
    }
  }

  async publish({ functionName, codeSha256, revisionId, description }: Parameters<FunctionCode['publish']>[0]) {
    try {
      const answer = await this.#client.send(
        new PublishVersionCommand({
          FunctionName: functionName,
          CodeSha256: codeSha256,
          RevisionId: revisionId,
          Description: description,
        }),
      );
      return toVersion(answer);
    } catch (cause) {
      const mine = triedAgain(cause) ? await this.#published(functionName, codeSha256, description) : undefined;
      if (mine !== undefined) return mine;
      throw changed(cause, functionName) ?? classifyAwsError(cause, site('lambda:PublishVersion', functionName));
    }
  }

  async versions(functionName: string): Promise<readonly CodeVersion[]> {
    const all = await awsPages(site('lambda:ListVersionsByFunction', functionName), async (Marker) => {
      const page = await this.#client.send(new ListVersionsByFunctionCommand({ FunctionName: functionName, Marker }));
      return { items: (page.Versions ?? []).map(toVersion), next: page.NextMarker };
    });
    return all
      .filter(({ version }) => publishedVersion(version) !== undefined)
      .sort((a, b) => Number(a.version) - Number(b.version));
  }

  async deleteVersion(functionName: string, version: PublishedVersion): Promise<void> {
    // Without Qualifier, DeleteFunction deletes the function with all its versions and aliases; a name with a qualifier in
    // it would override it. The type has proven the number already: this holds whatever a caller casts.
    // https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunction.html
    const Qualifier = publishedVersion(String(version));
    if (Qualifier === undefined || !/^[\w-]+$/.test(functionName)) {
      throw new Error(`refusing to delete ${JSON.stringify(version)} of ${JSON.stringify(functionName)}`);
    }
    try {
      await this.#client.send(new DeleteFunctionCommand({ FunctionName: functionName, Qualifier }));
    } catch (cause) {
      if ((cause as Error).name === 'ResourceConflictException') {
        throw new CvopsError(
          'VersionInUse',
          ExitCode.failed,
          `version ${Qualifier} of ${functionName} is held: ${(cause as Error).message.replace(/\.$/, '')}.`,
          { hint: 'an alias points to it; run the command again to have it kept.', cause },
        );
      }
      throw classifyAwsError(cause, site('lambda:DeleteFunction', functionName));
    }
  }

  async #published(functionName: string, codeSha256: string, description: string): Promise<CodeVersion | undefined> {
    const versions = await this.versions(functionName);
    return versions.findLast((each) => each.codeSha256 === codeSha256 && each.description === description);
  }
}

function triedAgain(cause: unknown): boolean {
  return ((cause as { $metadata?: { attempts?: number } }).$metadata?.attempts ?? 1) > 1;
}

/** Somebody else changed `$LATEST` between the look and the call. */
function changed(cause: unknown, functionName: string): CvopsError | undefined {
  const { name, message } = cause as Error;
  const isOther =
    name === 'PreconditionFailedException' ||
    // The function was seen settled just before: the update under way is another's.
    (name === 'ResourceConflictException' && /update is in progress/i.test(message)) ||
    (name === 'InvalidParameterValueException' && /CodeSHA256.*is different/i.test(message));
  if (!isOther) return undefined;
  return new CvopsError(
    'RevisionConflict',
    ExitCode.failed,
    `${functionName} was changed by someone else in between; the alias was not touched.`,
    { hint: 'see who with `cvops alias history --cloudtrail`, then run the command again.', cause },
  );
}

function site(action: string, functionName: string): AwsCallSite {
  return { action, resource: `function "${functionName}"`, notFound: { code: 'FunctionNotFound' } };
}

function toVersion(answer: FunctionConfiguration): CodeVersion {
  return {
    version: answer.Version ?? '',
    codeSha256: answer.CodeSha256 ?? '',
    description: answer.Description ?? '',
    settings: settingsOf(answer),
    codeSize: answer.CodeSize ?? 0,
    lastModified: answer.LastModified ?? '',
  };
}

/** What tells one reading of the same settings from another; AWS patches the runtime's version by itself. */
const NO_SETTINGS = new Set([
  '$metadata',
  'CodeSha256',
  'CodeSize',
  'Description',
  'FunctionArn',
  'LastModified',
  'LastUpdateStatus',
  'LastUpdateStatusReason',
  'LastUpdateStatusReasonCode',
  'MasterArn',
  'RevisionId',
  'RuntimeVersionConfig',
  'State',
  'StateReason',
  'StateReasonCode',
  'Version',
]);

/**
 * What a version freezes besides its code; as a digest, for the environment holds secrets. Whatever is not known here
 * counts as a setting: two that are alike are surely the same, two that differ may be.
 */
function settingsOf(answer: FunctionConfiguration): string {
  const { SnapStart, ...rest } = answer;
  const kept = Object.entries({ ...rest, SnapStart: SnapStart?.ApplyOn }).filter(([name]) => !NO_SETTINGS.has(name));
  return createHash('sha256')
    .update(JSON.stringify(sorted(Object.fromEntries(kept))))
    .digest('hex');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, each]) => [name, sorted(each)]));
}
