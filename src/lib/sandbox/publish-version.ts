import type { Simulator } from '../simulator/simulator.ts';
import type { Operate } from './operate.ts';

/** An update and a publication are over by then. */
const SETTLE_MS = 1_000;

/** Publishes new code as the next version and leaves every alias where it is. */
export async function publishVersion(
  simulator: Simulator,
  operate: Operate,
  functionName: string,
  zipBase64: string,
  description?: string,
): Promise<{ readonly version: string; readonly codeSha256: string }> {
  const { CodeSha256 } = await operate('lambda', 'UpdateFunctionCode', {
    FunctionName: functionName,
    ZipFile: zipBase64,
  });
  await simulator.clock.advance(SETTLE_MS);
  const { Version } = await operate('lambda', 'PublishVersion', {
    FunctionName: functionName,
    Description: description,
  });
  await simulator.clock.advance(SETTLE_MS);
  return { version: Version, codeSha256: CodeSha256 };
}
