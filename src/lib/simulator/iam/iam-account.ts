import { createHash, randomUUID } from 'node:crypto';
import { uniqueId } from '../sts/identity.ts';

export interface IamUser {
  readonly UserName: string;
  readonly Path: string;
  readonly UserId: string;
  readonly Arn: string;
  readonly CreateDate: Date;
}

interface IamKey {
  readonly id: string;
  readonly user: string;
  readonly createdAt: number;
  status: 'Active' | 'Inactive' | 'deleted';
  lastUse: { readonly at: number; readonly service: string; readonly region: string } | undefined;
}

/** Users and their access keys: one for the account, whatever the region. */
export class IamAccount {
  readonly users = new Map<string, IamUser>();
  readonly #keys = new Map<string, IamKey>();

  addKey(user: string, at: number): { readonly id: string; readonly secret: string } {
    const unique = randomUUID();
    const id = uniqueId('AKIA', unique);
    this.#keys.set(id, { id, user, createdAt: at, status: 'Active', lastUse: undefined });
    return { id, secret: createHash('sha512').update(unique).digest('base64').slice(0, 40) };
  }

  /** Also one that was deleted: nobody comes in with it any more. */
  key(id: string): IamKey | undefined {
    return this.#keys.get(id);
  }

  keysOf(user: string): readonly IamKey[] {
    return [...this.#keys.values()].filter((key) => key.user === user && key.status !== 'deleted');
  }

  /** A call was made with the key. */
  used(id: string, service: string, region: string, at: number): void {
    const key = this.#keys.get(id);
    if (key?.status === 'Active') key.lastUse = { at, service, region };
  }
}
