// Cuts HashiCorp's OpenAPI document of the HCP Terraform API down to what the tests validate against:
// `node scripts/cut-tfe-openapi.mjs FILE` (go-tfe ships it) writes test/support/hcp-server/fixtures/tfe-openapi.json.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PATHS = {
  '/account/details': ['get'],
  '/users/{user_id}': ['get'],
  '/organizations': ['get'],
  '/organizations/{organization_name}': ['get'],
  '/organizations/{organization_name}/workspaces': ['get', 'post'],
  '/organizations/{organization_name}/workspaces/{workspace_name}': ['get', 'patch'],
  '/workspaces/{workspace_id}': ['get', 'patch'],
  '/workspaces/{workspace_id}/actions/lock': ['post'],
  '/workspaces/{workspace_id}/actions/unlock': ['post'],
  '/workspaces/{workspace_id}/actions/force-unlock': ['post'],
  '/workspaces/{workspace_id}/vars': ['get', 'post'],
  '/workspaces/{workspace_id}/vars/{id}': ['get', 'patch', 'delete'],
  '/workspaces/{workspace_id}/all-vars': ['get'],
  '/workspaces/{workspace_id}/varsets': ['get'],
  '/varsets/{varset_id}/relationships/vars': ['get'],
  '/workspaces/{workspace_id}/runs': ['get'],
  '/runs/{run_id}': ['get'],
  '/state-versions': ['get'],
  '/state-versions/{state_version_id}': ['get'],
  '/state-versions/{state_version_id}/outputs': ['get'],
  '/state-version-outputs/{state_version_output_id}': ['get'],
  '/workspaces/{workspace_id}/state-versions': ['post'],
  '/workspaces/{workspace_id}/current-state-version': ['get'],
  '/workspaces/{workspace_id}/current-state-version-outputs': ['get'],
};
/** Said for people, or of how a generator works; nothing is validated by it. */
const UNUSED = /^(description|summary|examples?|tags|operationId|x-.*)$/;

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('usage: node scripts/cut-tfe-openapi.mjs FILE');
const { openapi, info, paths, components } = JSON.parse(readFileSync(file, 'utf8'));

/** A copy without what is said for people. In a map of names (properties, schemas) every key stays. */
function bare(value, isMap = false) {
  if (Array.isArray(value)) return value.map((each) => bare(each));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => isMap || !UNUSED.test(key))
      .map(([key, each]) => [key, bare(each, !isMap && key === 'properties')]),
  );
}

const kept = Object.fromEntries(
  Object.entries(PATHS).map(([path, methods]) => [
    path,
    Object.fromEntries(methods.map((method) => [method, bare(paths[path][method])])),
  ]),
);
const used = { schemas: {}, parameters: {} };
function follow(value) {
  for (const [, kind, name] of JSON.stringify(value).matchAll(/"#\/components\/(\w+)\/([^"]+)"/g)) {
    if (used[kind][name] !== undefined) continue;
    used[kind][name] = bare(components[kind][name]);
    follow(used[kind][name]);
  }
}
follow(kept);

const notice =
  'Cut from the OpenAPI document of HashiCorp (https://github.com/hashicorp/go-tfe) by scripts/cut-tfe-openapi.mjs. This Source Code Form is subject to the terms of the Mozilla Public License, v. 2.0. If a copy of the MPL was not distributed with this file, You can obtain one at https://mozilla.org/MPL/2.0/.';
const target = new URL('../test/support/hcp-server/fixtures/tfe-openapi.json', import.meta.url);
const { title, version, license } = info;
const document = { openapi, info: { title, version, license, 'x-notice': notice }, paths: kept, components: used };
writeFileSync(target, `${JSON.stringify(document, null, 1)}\n`);
console.log(`${fileURLToPath(target)}: ${Object.keys(kept).length} paths, ${Object.keys(used.schemas).length} schemas`);
