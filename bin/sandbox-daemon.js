// The program of the sandbox's own process; `cvops sandbox up` starts it.
const { openProgram } = require('./program.js');

openProgram().load('sandbox-daemon.js').runDaemon();
