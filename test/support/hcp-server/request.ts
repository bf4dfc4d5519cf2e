import type { HcpPerson, HcpWorld } from './world.ts';

/** One request, read. */
export interface HcpRequest {
  readonly world: HcpWorld;
  readonly person: HcpPerson;
  readonly query: URLSearchParams;
  /** `data.attributes` of the body, or the body itself where it has no data. */
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly origin: string;
}

export interface HcpReply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Handler = (request: HcpRequest, ...ids: string[]) => HcpReply;

export interface Route {
  readonly method: string;
  /** `:` stands for a name or an id. */
  readonly path: string;
  readonly handle: Handler;
}

export const ok = (data: unknown, included?: readonly unknown[]): HcpReply => ({
  status: 200,
  body: { data, ...(included === undefined ? {} : { included }) },
});

export const refusal = (status: number, title: string, detail?: string): HcpReply => ({
  status,
  body: { errors: [{ status: String(status), title, ...(detail === undefined ? {} : { detail }) }] },
});

/** What is not there, and what the token may not see. */
export const notFound = (): HcpReply => refusal(404, 'not found');

/** One page of a list, with the pagination that HCP Terraform gives; pages of 20 unless more are asked for, 100 at most. */
export function page<T>({ query }: HcpRequest, all: readonly T[], show: (each: T) => unknown): HcpReply {
  const size = Math.min(100, Number(query.get('page[size]') ?? 20));
  const current = Number(query.get('page[number]') ?? 1);
  const total = Math.max(1, Math.ceil(all.length / size));
  const pagination = {
    'current-page': current,
    'page-size': size,
    'prev-page': current > 1 ? current - 1 : null,
    'next-page': current < total ? current + 1 : null,
    'total-pages': total,
    'total-count': all.length,
  };
  return {
    status: 200,
    body: { data: all.slice((current - 1) * size, current * size).map(show), meta: { pagination } },
  };
}
