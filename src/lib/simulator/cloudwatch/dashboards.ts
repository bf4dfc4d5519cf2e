import type { Region } from '../kernel/region.ts';
import type { Input } from '../kernel/service.ts';
import { dashboardNotFound, invalidValue, missingParameter } from './errors.ts';
import { page } from './paging.ts';

interface Dashboard {
  readonly name: string;
  readonly body: string;
  readonly at: number;
}

const PAGE = 1_000;

/** Dashboards are stored and listed; their bodies are not checked beyond being JSON. They are global: no region in ARNs. */
export class Dashboards {
  readonly #region: Region;
  readonly #byName = new Map<string, Dashboard>();

  constructor(region: Region) {
    this.#region = region;
  }

  readonly operations = {
    PutDashboard: (input: Input) => this.#put(input),
    GetDashboard: (input: Input) => this.#get(input),
    ListDashboards: (input: Input) => this.#list(input),
    DeleteDashboards: (input: Input) => this.#delete(input),
  };

  #put(input: Input) {
    const name: string | undefined = input.DashboardName;
    if (name === undefined) throw missingParameter('DashboardName');
    if (!/^[A-Za-z0-9_-]{1,255}$/.test(name)) {
      // The line break is AWS's own.
      throw invalidValue(
        'The value for field DashboardName contains invalid characters. It can only contain alphanumerics, dash (-) and underscore (_).\n',
      );
    }
    if (input.DashboardBody === undefined) throw missingParameter('DashboardBody');
    try {
      JSON.parse(input.DashboardBody);
    } catch {
      throw invalidValue('The field DashboardBody must be a valid JSON object');
    }
    this.#byName.set(name, { name, body: input.DashboardBody, at: this.#region.clock.now() });
    return { DashboardValidationMessages: [] };
  }

  #get(input: Input) {
    if (input.DashboardName === undefined) throw missingParameter('DashboardName');
    const dashboard = this.#byName.get(input.DashboardName);
    if (dashboard === undefined) throw dashboardNotFound(input.DashboardName);
    return {
      DashboardArn: this.#arn(dashboard.name),
      DashboardBody: dashboard.body,
      DashboardName: dashboard.name,
    };
  }

  #list(input: Input) {
    const prefix: string = input.DashboardNamePrefix ?? '';
    const found = [...this.#byName.values()].filter(({ name }) => name.startsWith(prefix));
    const { items, next } = page(found, PAGE, input.NextToken);
    return {
      DashboardEntries: items.map(({ name, body, at }) => ({
        DashboardName: name,
        DashboardArn: this.#arn(name),
        LastModified: new Date(at),
        Size: Buffer.byteLength(body),
      })),
      NextToken: next,
    };
  }

  #delete(input: Input) {
    const names: readonly string[] = input.DashboardNames ?? [];
    if (names.length === 0) throw missingParameter('DashboardNames');
    // All or none: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DeleteDashboards.html
    for (const name of names) if (!this.#byName.has(name)) throw dashboardNotFound(name);
    for (const name of names) this.#byName.delete(name);
    return {};
  }

  #arn(name: string): string {
    return `arn:aws:cloudwatch::${this.#region.accountId}:dashboard/${name}`;
  }
}
