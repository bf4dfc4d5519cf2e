import type { FunctionVersion } from '../aws/ports/functions.ts';

/** One finding about the version that is about to take over. */
export interface PreflightCheck {
  readonly id: string;
  /** SKIP: it could not be looked at. */
  readonly status: 'OK' | 'NOTE' | 'NG' | 'SKIP';
  readonly detail: string;
}

/**
 * What changes besides the code when `to` takes over from `from`; environment values are never shown.
 * @param way `back` also says what going back does not restore.
 */
export function comparePreflight(
  from: FunctionVersion,
  to: FunctionVersion,
  way: 'back' | 'forward' = 'back',
): readonly PreflightCheck[] {
  const checks: PreflightCheck[] = [stateCheck(to, way)];
  const differ = (id: string, before: unknown, after: unknown) => {
    if (before !== after) checks.push({ id, status: 'NOTE', detail: `${id} goes from ${before} to ${after}` });
  };
  differ('runtime', from.runtime, to.runtime);
  differ('memory', `${from.memoryMb} MB`, `${to.memoryMb} MB`);
  differ('timeout', `${from.timeoutSeconds} s`, `${to.timeoutSeconds} s`);
  differ('role', from.role, to.role);
  differ('layers', from.layers.join(', ') || 'none', to.layers.join(', ') || 'none');
  const environment = compareKeys(from.environment, to.environment, way);
  if (environment !== '') checks.push({ id: 'environment', status: 'NOTE', detail: environment });
  if (from.codeSha256 === to.codeSha256) {
    checks.push({ id: 'code', status: 'NOTE', detail: `both versions hold the same code (${short(to.codeSha256)})` });
  }
  if (checks.length === 1 && from.codeSha256 !== to.codeSha256) {
    checks.push({ id: 'configuration', status: 'OK', detail: 'only the code differs' });
  }
  if (way === 'forward') return checks;
  checks.push({
    id: 'not-restored',
    status: 'NOTE',
    detail: 'written data, queued messages, reserved concurrency and triggers stay as they are',
  });
  return checks;
}

function stateCheck(to: FunctionVersion, way: 'back' | 'forward'): PreflightCheck {
  const detail = `version ${to.version} is ${to.state}${to.stateReason === null ? '' : `: ${to.stateReason}`}`;
  // Active and On together mean that the snapshot is there: https://docs.aws.amazon.com/lambda/latest/dg/snapstart-activate.html
  if (to.state === 'Active' && to.snapStart === 'Off') {
    return { id: 'state', status: 'NOTE', detail: `${detail}, but its SnapStart is Off: it starts without a snapshot` };
  }
  if (to.state === 'Active') return { id: 'state', status: 'OK', detail };
  // https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html
  const until =
    to.state === 'Inactive'
      ? way === 'forward'
        ? '; it is woken before it gets traffic'
        : '; its first invocations fail and wake it'
      : '';
  return { id: 'state', status: to.state === 'Failed' ? 'NG' : 'NOTE', detail: detail.replace(/\.$/, '') + until };
}

function compareKeys(
  from: Readonly<Record<string, string>>,
  to: Readonly<Record<string, string>>,
  way: 'back' | 'forward',
): string {
  const gone = Object.keys(from).filter((key) => !(key in to));
  const back = Object.keys(to).filter((key) => !(key in from));
  const changed = Object.keys(to).filter((key) => key in from && from[key] !== to[key]);
  return [
    ...(gone.length > 0 ? [`without ${gone.sort().join(', ')}`] : []),
    ...(back.length > 0 ? [`with ${back.sort().join(', ')}${way === 'back' ? ' again' : ''}`] : []),
    ...(changed.length > 0 ? [`other values of ${changed.sort().join(', ')}`] : []),
  ].join('; ');
}

function short(sha: string): string {
  return sha.slice(0, 12);
}

/**
 * What stands against splitting traffic between two versions. Lambda refuses it too, in the middle of the release.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html
 */
export function splitChecks(from: FunctionVersion, to: FunctionVersion): readonly PreflightCheck[] {
  const ng = (id: string, detail: string): PreflightCheck => ({ id, status: 'NG', detail });
  return [
    ...(from.version === to.version ? [ng('split-same', `version ${to.version} is in charge already`)] : []),
    ...(from.version === '$LATEST'
      ? [ng('split-latest', 'the alias serves $LATEST, which takes no part in a split')]
      : []),
    ...(from.role === to.role
      ? []
      : [ng('split-role', `version ${from.version} runs as ${from.role}, version ${to.version} as ${to.role}`)]),
    ...(from.deadLetterTarget === to.deadLetterTarget
      ? []
      : [ng('split-dlq', `versions ${from.version} and ${to.version} have different dead-letter settings`)]),
  ];
}
