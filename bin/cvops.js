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
  start();
}

function start() {
  const { openProgram } = require('./program.js');
  let program;
  let main;
  try {
    program = openProgram({ version });
    main = program.load('cvops.js').main;
  } catch (cause) {
    process.stderr.write(`Error: this installation of cvops is incomplete: ${cause.message}\n`);
    process.stderr.write('Hint: install it again; in a clone, run `npm run build`.\n');
    process.exitCode = 70;
    return;
  }
  main(version).finally(program.keep);
}
