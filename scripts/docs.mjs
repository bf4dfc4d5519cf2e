// Writes docs/commands.md from the command registry; `--check` fails when it is stale.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = join(root, 'docs', 'commands.md');

/** The registry as it stands, bundled so that plain Node can load it. */
async function loadRegistry() {
  const folder = mkdtempSync(join(root, '.cache', 'docs-'));
  try {
    await build({
      absWorkingDir: root,
      entryPoints: ['src/commands/registry.ts', 'src/cli.ts'],
      outdir: folder,
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      outExtension: { '.js': '.mjs' },
      packages: 'external',
      logLevel: 'warning',
    });
    const { registry } = await import(pathToFileURL(join(folder, 'commands', 'registry.mjs')).href);
    const { GLOBAL_FLAGS } = await import(pathToFileURL(join(folder, 'cli.mjs')).href);
    return {
      globals: GLOBAL_FLAGS,
      commands: await Promise.all(registry.map(async (entry) => ({ ...entry, command: await entry.load() }))),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function flagTable(flags) {
  const escapeBar = (text) => text.replaceAll('|', '\\|');
  return [
    '| flag | |',
    '|---|---|',
    ...flags.map(([name, text]) => `| \`${escapeBar(name)}\` | ${escapeBar(text)} |`),
  ].join('\n');
}

function section({ path, summary, command }) {
  const usage = ['cvops', ...path, ...command.arguments.map((argument) => argument.name)].join(' ');
  const parts = [`## \`${usage}\``, `${summary[0].toUpperCase()}${summary.slice(1)}.`];
  if (command.flags.length > 0) parts.push(flagTable(command.flags.map((flag) => [flag.flags, flag.description])));
  if (command.examples.length > 0) parts.push(`\`\`\`console\n${command.examples.join('\n')}\n\`\`\``);
  return parts.join('\n\n');
}

const { globals, commands } = await loadRegistry();
const text = `# Commands

Made by \`npm run docs\` from the command registry; do not edit.

## Global flags

They work before and after the command.

${flagTable(globals)}

${commands.map(section).join('\n\n')}
`;

if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== text) {
    console.error('docs/commands.md is stale: run `npm run docs`.');
    process.exit(1);
  }
} else {
  writeFileSync(target, text);
}
