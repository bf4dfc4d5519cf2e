import type {
  Alias,
  Functions,
  FunctionVersion,
  Invocation,
  Provisioned,
} from '../../../../../src/lib/aws/ports/functions.ts';
import type { Clock } from '../../../../../src/lib/clock.ts';
import { CvopsError } from '../../../../../src/lib/errors/cvops-error.ts';
import { ExitCode } from '../../../../../src/lib/errors/exit-code.ts';

/** What the alias was from some time on. */
export interface Served {
  readonly at: number;
  readonly version: string;
  readonly weights: Readonly<Record<string, number>>;
}

type Call = 'getAlias' | 'updateAlias' | 'getVersion' | 'listVersions' | 'listProvisioned' | 'invoke';

export const FUNCTION = 'processor';
export const ALIAS = 'live';

/** One function with an alias in memory, as AWS keeps them: revisions, atomic writes, and a past to look at. */
export class FakeFunctions {
  readonly versions = new Map<string, FunctionVersion>();
  readonly past: Served[] = [];
  alias: Alias;
  /** Run before and after the work of each call; what they throw the caller gets. */
  hooks: { before?: (call: Call) => void; after?: (call: Call) => void } = {};
  provisioned: readonly Provisioned[] = [];
  invokes: { qualifier: string; payload: string }[] = [];
  answer: (version: string, payload: string) => Omit<Invocation, 'executedVersion'> = () => ({
    functionError: null,
    payload: 'null',
  });
  readonly #clock: Clock;
  #revision = 0;

  constructor(clock: Clock, versions: readonly string[], serving: string) {
    this.#clock = clock;
    for (const version of versions) this.versions.set(version, madeVersion(version));
    this.alias = this.#made({ version: serving, weights: {}, description: '' });
  }

  /** The port, as one process sees it: `hooks` of its own. */
  port(hooks: FakeFunctions['hooks'] = {}): Functions {
    const run = async <T>(call: Call, work: () => T): Promise<T> => {
      hooks.before?.(call);
      this.hooks.before?.(call);
      const result = work();
      this.hooks.after?.(call);
      hooks.after?.(call);
      return result;
    };
    const port: Partial<Functions> = {
      getAlias: () => run('getAlias', () => this.alias),
      updateAlias: (change) =>
        run('updateAlias', () => {
          if (change.revisionId !== this.alias.revisionId) {
            throw new CvopsError('RevisionConflict', ExitCode.failed, 'changed by someone else just now.');
          }
          this.write(change);
          return this.alias;
        }),
      getVersion: (_, version) => run('getVersion', () => this.#found(version)),
      listVersions: () => run('listVersions', () => [...this.versions.values()]),
      listProvisioned: () => run('listProvisioned', () => this.provisioned),
      invoke: (_, qualifier, payload) =>
        run('invoke', () => {
          const executedVersion = qualifier === ALIAS ? this.alias.version : qualifier;
          this.invokes.push({ qualifier, payload });
          return { executedVersion, ...this.answer(executedVersion, payload) };
        }),
    };
    return port as Functions;
  }

  /** A write that asks for no revision, as somebody else's tool makes it. */
  write(change: Partial<Pick<Alias, 'version' | 'weights' | 'description'>>): void {
    const { version, weights, description } = { ...this.alias, ...change };
    this.alias = this.#made({ version, weights, description });
  }

  #made({ version, weights, description }: Pick<Alias, 'version' | 'weights' | 'description'>): Alias {
    this.past.push({ at: this.#clock.now(), version, weights });
    return {
      functionName: FUNCTION,
      name: ALIAS,
      arn: '',
      version,
      weights: { ...weights },
      description,
      revisionId: `revision-${++this.#revision}`,
    };
  }

  #found(version: string): FunctionVersion {
    const found = this.versions.get(version);
    if (found !== undefined) return found;
    throw new CvopsError('VersionNotFound', ExitCode.notFound, `version ${version} does not exist here.`);
  }
}

export function madeVersion(version: string, over: Partial<FunctionVersion> = {}): FunctionVersion {
  return {
    version,
    codeSha256: `sha-${version}`,
    runtime: 'nodejs22.x',
    role: 'arn:aws:iam::000000000000:role/processor',
    memoryMb: 256,
    timeoutSeconds: 10,
    layers: [],
    deadLetterTarget: null,
    environment: {},
    state: 'Active',
    stateReason: null,
    snapStart: null,
    description: '',
    lastModified: '',
    logGroup: `/aws/lambda/${FUNCTION}`,
    ...over,
  };
}
