import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The licences of every package whose code is in the bundle. Packages with the same text share it; what they differ in,
 * the lines that say whose copyright it is, stands with each.
 */
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
    const { notices, terms } = parts(text);
    const key = terms.replace(/\s+/g, ' ').toLowerCase();
    const group = byText.get(key) ?? { terms, packages: new Map() };
    const each = notices.join('\n');
    group.packages.set(each, [...(group.packages.get(each) ?? []), `${name} ${version} (${license})`]);
    byText.set(key, group);
  }
  const texts = [...byText.values()].map(({ terms, packages }) => {
    const heads = [...packages].map(([notices, names]) => [...names, ...(notices === '' ? [] : [notices])].join('\n'));
    return `${heads.join('\n\n')}\n\n${terms}\n`;
  });
  return `The published bundle of cvops holds code of these packages.\n\n${texts.join(`\n${'-'.repeat(80)}\n\n`)}`;
}

/** Whose copyright it is, and the terms without that and without a heading that names the licence. */
function parts(text) {
  const lines = text.trim().split(/\r?\n/);
  const isNotice = (line) => /^\s*copyright (\(c\)|©|\d{4}|\[)/i.test(line);
  const isHeading = (line) => /^\s*\(?(the )?(mit|isc|x11)( license)?( \(mit\))?\)?:?\s*$/i.test(line);
  return {
    notices: lines.filter(isNotice).map((line) => line.trim()),
    terms: lines
      .filter((line) => !isNotice(line) && !isHeading(line))
      .join('\n')
      .replace(/\n{3,}/g, '\n\n')
      .trim(),
  };
}

function licenseText(folder) {
  const file = readdirSync(folder).find((each) => /^(licen[cs]e|copying)(\.|-|$)/i.test(each));
  return file !== undefined && existsSync(join(folder, file)) ? readFileSync(join(folder, file), 'utf8') : undefined;
}
