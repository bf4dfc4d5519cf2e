import { type AwsCallSite, classifyAwsError } from '../../errors/classify-aws-error.ts';

/** What a call answers; what it throws is told in words of the place where it was made, see {@link classifyAwsError}. */
export async function awsCall<T>(site: AwsCallSite, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (cause) {
    throw classifyAwsError(cause, site);
  }
}

/** A listing, read to its end, page after page. */
export async function awsPages<T>(
  site: AwsCallSite,
  read: (next: string | undefined) => Promise<{ readonly items: readonly T[]; readonly next: string | undefined }>,
): Promise<T[]> {
  const all: T[] = [];
  let next: string | undefined;
  do {
    const page = await awsCall(site, () => read(next));
    all.push(...page.items);
    // Some services end with an empty text.
    next = page.next === '' ? undefined : page.next;
  } while (next !== undefined);
  return all;
}
