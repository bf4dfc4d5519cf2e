#!/usr/bin/env node
// CommonJS (see package.json beside it): Node starts it a fifth faster than a module.
const { version } = require('../package.json');

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`Error: cvops needs Node 20.19 or newer; this is ${process.version}.\n`);
  process.exit(4);
}
// The AWS SDK writes a warning on stderr under Node 20; it reads this before anything else of it is imported.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

if (process.argv.length === 3 && process.argv[2] === '--version') {
  process.stdout.write(`${version}\n`);
} else {
  const { openProgram } = require('./program.js');
  const program = openProgram({ version });
  program.load('cvops.js').main(version).finally(program.keep);
}
