import { describe, expect, test } from 'vitest';
import { type Exchange, OpenApiJudge } from '../../support/hcp-server/openapi.ts';

const judge = new OpenApiJudge();
const workspace = { id: 'ws-1', type: 'workspaces', attributes: { name: 'a', locked: false } };
const exchange = (change: Partial<Exchange>) =>
  judge.violations({
    method: 'GET',
    path: '/workspaces/ws-1',
    query: [],
    requestBody: undefined,
    status: 200,
    answerBody: { data: workspace },
    ...change,
  });

describe('the judge by the OpenAPI document of HCP Terraform', () => {
  test('passes what is as it says', () => {
    expect(exchange({ query: ['include'] })).toEqual([]);
    const nobody = { 'locked-by': { data: null }, 'current-run': { data: null } };
    expect(exchange({ answerBody: { data: { ...workspace, relationships: nobody } } })).toEqual([]);
  });

  test.each([
    ['an attribute that it has not', { data: { ...workspace, attributes: { lokced: true } } }, 'lokced'],
    ['an attribute of another kind', { data: { ...workspace, attributes: { locked: 'yes' } } }, 'boolean'],
    [
      'a value that is not of the list',
      { data: { ...workspace, attributes: { 'execution-mode': 'here' } } },
      'allowed',
    ],
    ['a time that is none', { data: { ...workspace, attributes: { 'created-at': 'yesterday' } } }, 'date-time'],
    ['another type', { data: { ...workspace, type: 'workspace' } }, '/data/type'],
    ['no data', {}, 'data'],
    [
      'a holder of another kind',
      { data: { ...workspace, relationships: { 'locked-by': { data: { id: 'x', type: 'y' } } } } },
      'locked-by',
    ],
  ])('finds %s in an answer', (_name, answerBody, words) => {
    expect(exchange({ answerBody }).join('\n')).toContain(words);
  });

  test('finds a query parameter, a request and a path that it has not', () => {
    expect(exchange({ query: ['inclde'] })).toEqual(['GET /workspaces/ws-1: no query parameter inclde']);
    const lock = { method: 'POST', path: '/workspaces/ws-1/actions/lock' };
    expect(exchange({ ...lock, requestBody: { reason: 'x' } })).toEqual([]);
    expect(exchange({ ...lock, requestBody: { reason: 1 } })).toHaveLength(1);
    const post = { method: 'POST', path: '/workspaces/ws-1/vars', status: 201 };
    expect(exchange({ ...post, requestBody: undefined }).join()).toContain('request');
    expect(exchange({ path: '/workspaces/ws-1/colour' })).toHaveLength(1);
    expect(exchange({ path: '/workspaces/ws-1/colour', status: 404 })).toEqual([]);
  });
});
