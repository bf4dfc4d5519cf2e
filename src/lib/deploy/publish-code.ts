import type { CodeVersion, LatestCode } from '../aws/ports/function-code.ts';
import { CvopsError } from '../errors/cvops-error.ts';
import type { GitCommit } from '../release-ledger/release-entry.ts';
import type { Archive } from './archive.ts';
import { type CodePorts, settledCode } from './settled-code.ts';
import { versionNote } from './version-note.ts';

/** What a deployment would do to the code, before it does it. */
export interface CodePlan {
  readonly functionName: string;
  /** Null to publish what `$LATEST` holds. */
  readonly archive: Archive | null;
  readonly latest: LatestCode;
  /** The newest published version; null when there is none. */
  readonly newest: CodeVersion | null;
  /** The archive is not what `$LATEST` holds. */
  readonly uploads: boolean;
  /** A version would come of it; false when the newest one is the same in code and settings. */
  readonly publishes: boolean;
}

/** What was published. */
export interface Published {
  readonly version: string;
  readonly codeSha256: string;
  /** False when code and settings are those of a version that was there: nothing was published. */
  readonly isNew: boolean;
}

/** Waits for what is under way, and compares. Changes nothing. */
export async function planCode(
  ports: CodePorts,
  functionName: string,
  archive: Archive | null,
  signal: AbortSignal,
  tell: (line: string) => void,
): Promise<CodePlan> {
  const latest = await settledCode(ports, functionName, archive === null, signal, tell);
  const newest = (await ports.code.versions(functionName)).at(-1) ?? null;
  const uploads = archive !== null && archive.sha256 !== latest.codeSha256;
  const isSame =
    !uploads && newest !== null && newest.codeSha256 === latest.codeSha256 && newest.settings === latest.settings;
  return { functionName, archive, latest, newest, uploads, publishes: !isSame };
}

/** Asks Lambda whether it would take the archive, with all permissions that it needs; changes nothing. */
export async function rehearseUpload({ code }: CodePorts, { functionName, archive, latest }: CodePlan): Promise<void> {
  if (archive === null) return;
  const { zip, sha256 } = archive;
  await code.update({ functionName, zip, codeSha256: sha256, revisionId: latest.revisionId, dryRun: true });
}

/**
 * Uploads where the code is another, waits until it is through, and publishes exactly that: every call carries the
 * revision, and PublishVersion the code's digest, as read after the wait. No alias is touched.
 * @throws CvopsError `RevisionConflict` when somebody else changed the function in between.
 */
export async function publishCode(
  ports: CodePorts,
  plan: CodePlan,
  /** `id` makes the version's description one of a kind: after a lost answer it is known by it. */
  release: { readonly id: string; readonly git: GitCommit | null },
  signal: AbortSignal,
  tell: (line: string) => void,
): Promise<Published> {
  const { functionName, archive } = plan;
  let { latest } = plan;
  if (archive !== null && plan.uploads) {
    tell(`uploading ${archive.path} (${Math.ceil(archive.zip.length / 1024)} kB)`);
    const { zip, sha256 } = archive;
    await ports.code.update({ functionName, zip, codeSha256: sha256, revisionId: latest.revisionId, dryRun: false });
    latest = await settledCode(ports, functionName, true, signal, tell).catch((cause) => {
      throw signal.aborted ? uploadedOnly(cause, true) : cause;
    });
  }
  if (signal.aborted) throw uploadedOnly(signal.reason, plan.uploads);
  const codeSha256 = archive?.sha256 ?? latest.codeSha256;
  const description = versionNote(release.id, release.git);
  const published = await ports.code.publish({ functionName, codeSha256, revisionId: latest.revisionId, description });
  const isNew = plan.newest === null || Number(published.version) > Number(plan.newest.version);
  return { version: published.version, codeSha256: published.codeSha256, isNew };
}

/** Whoever breaks off is told what is left behind. */
function uploadedOnly(cause: unknown, isUploaded: boolean): unknown {
  if (!isUploaded || !(cause instanceof CvopsError)) return cause;
  const message = `${cause.message} The code is uploaded and not published; the alias was not touched.`;
  return new CvopsError(cause.code, cause.exitCode, message, {
    hint: 'run the command again to go on from there.',
    cause,
  });
}
