import type { Input } from '../kernel/service.ts';
import { missingParameter } from './errors.ts';

/** Tags by ARN. Asking for those of a deleted resource answers an empty list (recorded). */
export class Tags {
  readonly #byArn = new Map<string, Map<string, string>>();

  add(arn: string, tags: readonly Input[]): void {
    const known = this.#byArn.get(arn) ?? new Map<string, string>();
    for (const tag of tags) known.set(tag.Key, tag.Value);
    this.#byArn.set(arn, known);
  }

  remove(arn: string, keys: readonly string[]): void {
    for (const key of keys) this.#byArn.get(arn)?.delete(key);
  }

  forget(arn: string): void {
    this.#byArn.delete(arn);
  }

  list(arn: string): readonly { Key: string; Value: string }[] {
    return [...(this.#byArn.get(arn) ?? [])].map(([Key, Value]) => ({ Key, Value }));
  }

  readonly operations = {
    TagResource: (input: Input) => {
      if (input.ResourceARN === undefined) throw missingParameter('ResourceARN');
      this.add(input.ResourceARN, input.Tags ?? []);
      return {};
    },
    UntagResource: (input: Input) => {
      if (input.ResourceARN === undefined) throw missingParameter('ResourceARN');
      this.remove(input.ResourceARN, input.TagKeys ?? []);
      return {};
    },
    ListTagsForResource: (input: Input) => {
      if (input.ResourceARN === undefined) throw missingParameter('ResourceARN');
      return { Tags: this.list(input.ResourceARN) };
    },
  };
}
