import { describe, expect, test } from 'vitest';
import { appliedVariables, type FilledSet } from '../../../../src/lib/credentials/applied-variables.ts';
import type { HcpVariable } from '../../../../src/lib/hcp/variable.ts';

const variable = (value: string, category = 'env'): HcpVariable => ({
  id: `var-${value}`,
  key: 'K',
  value,
  category,
  sensitive: false,
  hcl: false,
  description: null,
  createdAt: null,
  versionId: null,
});

type Scope = 'global' | 'project' | 'workspace';

function set(name: string, scope: Scope, settings: Partial<FilledSet> = {}): FilledSet {
  return {
    id: `varset-${name}`,
    name,
    global: scope === 'global',
    priority: false,
    ownedByProject: false,
    workspaces: scope === 'workspace' ? ['ws-1'] : ['ws-other'],
    variables: [variable(name)],
    ...settings,
  };
}

describe('which variable counts', () => {
  test('is as HCP Terraform documents it, whatever order the sets come in', () => {
    const byProject = { ownedByProject: true };
    const priority = { priority: true };
    const sets = [
      set('priority global', 'global', priority),
      set('priority project, of the organisation', 'project', priority),
      set('priority project, of the project', 'project', { ...priority, ...byProject }),
      set('priority workspace, of the organisation', 'workspace', priority),
      set('priority workspace, of the project', 'workspace', { ...priority, ...byProject }),
      set('workspace, of the project', 'workspace', byProject),
      set('workspace, of the organisation', 'workspace'),
      set('project, of the project', 'project', byProject),
      set('project, of the organisation', 'project'),
      set('global', 'global'),
    ];
    const names = sets.map(({ name }) => name);
    const order = [...names.slice(0, 5), 'own', ...names.slice(5)];
    for (const each of [sets, sets.toReversed()]) {
      const applied = appliedVariables('ws-1', [variable('own')], each);
      expect(applied.map(({ value }) => value)).toEqual(order);
      expect(applied.map(({ overriddenBy }) => overriddenBy)).toEqual([null, ...Array(10).fill(each.find(isFirst))]);
    }
  });

  test('is that of the first name among sets alike, by code points', () => {
    const sets = ['b', 'a', 'B', 'é'].map((name) => set(name, 'workspace'));
    expect(appliedVariables('ws-1', [], sets).map(({ value }) => value)).toEqual(['B', 'a', 'b', 'é']);
  });

  test('is told for each category by itself', () => {
    const applied = appliedVariables(
      'ws-1',
      [variable('own')],
      [set('s', 'global', { variables: [variable('input', 'terraform'), variable('shell')] })],
    );
    expect(applied.map(({ value, overriddenBy }) => [value, overriddenBy])).toEqual([
      ['own', null],
      ['input', null],
      ['shell', 'workspace'],
    ]);
  });
});

function isFirst({ global, priority }: FilledSet): boolean {
  return global && priority;
}
