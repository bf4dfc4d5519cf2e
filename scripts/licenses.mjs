import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The licences of every package whose code is in the bundle; packages with the same text share it. */
export function thirdPartyLicenses(root, metafiles) {
  const folders = new Set();
  for (const output of metafiles.flatMap((metafile) => Object.values(metafile.outputs))) {
    for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
      const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
      if (match !== null && bytesInOutput > 0) folders.add(match[1]);
    }
  }
  const byText = new Map();
  for (const folder of [...folders].sort()) {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    const text = licenseText(join(root, folder)) ?? `Licence: ${license}`;
    const key = text.replace(/\s+/g, ' ').trim();
    const group = byText.get(key) ?? { text, packages: [] };
    group.packages.push(`${name} ${version} (${license})`);
    byText.set(key, group);
  }
  const parts = [...byText.values()].map(({ text, packages }) => `${packages.join('\n')}\n\n${text.trim()}\n`);
  return `The published bundle of cvops holds code of these packages.\n\n${parts.join(`\n${'-'.repeat(80)}\n\n`)}`;
}

function licenseText(folder) {
  const file = readdirSync(folder).find((each) => /^(licen[cs]e|copying)(\.|$)/i.test(each));
  return file !== undefined && existsSync(join(folder, file)) ? readFileSync(join(folder, file), 'utf8') : undefined;
}
