// Runs a handler inside a worker thread, as Lambda's Node.js runtime runs it in an execution environment. Plain
// JavaScript with Node's own modules only: the build copies this file beside the bundle.
//
// Parent → worker: { type: 'invoke', … }. Worker → parent: { type: 'ready' | 'init-error' | 'log' | 'result', … }.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';
import { getHeapStatistics } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';

const { taskRoot, handler: handlerName, logFormat, logLevel, clock } = workerData;
const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];
const threshold = logFormat === 'JSON' ? LEVELS.indexOf(logLevel ?? 'INFO') : -1;
const RealDate = Date;
/** Simulated time is `clock.now + (real ms since clock.at) × clock.rate`. */
const time = { now: clock.now, rate: clock.rate, at: performance.now() };
let requestId;
let settle;

const simulatedNow = () => Math.floor(time.now + (performance.now() - time.at) * time.rate);

// Handlers see the simulator's time, so that a moved clock moves their expiries and reports too.
globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [simulatedNow()] : args, newTarget),
  apply: () => new RealDate(simulatedNow()).toString(),
  get: (target, key, receiver) => (key === 'now' ? simulatedNow : Reflect.get(target, key, receiver)),
});

function log(message) {
  parentPort.postMessage({ type: 'log', timestamp: simulatedNow(), message: hidePaths(message) });
}

/** Paths as they are on Lambda, so that equal errors have equal texts wherever the simulator keeps its files. */
function hidePaths(text) {
  return text.replaceAll(taskRoot, '/var/task').replaceAll(import.meta.filename, '/var/runtime/index.mjs');
}

function logAt(level, args) {
  if (LEVELS.indexOf(level) < threshold) return;
  const timestamp = new RealDate(simulatedNow()).toISOString();
  if (logFormat !== 'JSON') {
    log(`${timestamp}\t${requestId}\t${level}\t${format(...args)}`);
    return;
  }
  const line = { timestamp, level, requestId };
  if (args.length === 1) {
    log(jsonLine({ ...line, message: args[0] }));
    return;
  }
  const error = args.find((each) => each instanceof Error);
  log(jsonLine({ ...line, message: format(...args), ...(error && plainError(error)) }));
}

/** A single value is logged as it is, errors as objects; what JSON cannot hold, as text. */
function jsonLine(line) {
  try {
    return JSON.stringify(line, (_, value) => (value instanceof Error ? plainError(value) : value));
  } catch {
    return JSON.stringify({ ...line, message: format(line.message) });
  }
}

function plainError(error) {
  return { errorType: error.name, errorMessage: error.message, stackTrace: trace(error) };
}

console.log = console.info = (...args) => logAt('INFO', args);
console.debug = (...args) => logAt('DEBUG', args);
console.trace = (...args) => logAt('TRACE', args);
console.warn = (...args) => logAt('WARN', args);
console.error = (...args) => logAt('ERROR', args);
for (const stream of [process.stdout, process.stderr]) {
  stream.write = (chunk, encoding, callback) => {
    for (const line of String(chunk).replace(/\n$/, '').split('\n')) log(line);
    const done = typeof encoding === 'function' ? encoding : callback;
    if (done) queueMicrotask(done);
    return true;
  };
}

function trace(error) {
  return hidePaths(error.stack ?? '').split('\n');
}

/** An error as Lambda answers it: errorType, errorMessage, trace. */
function describe(error) {
  if (error instanceof Error || (typeof error === 'object' && error !== null && 'message' in error)) {
    return { errorType: error.name ?? 'Error', errorMessage: hidePaths(String(error.message)), trace: trace(error) };
  }
  return { errorType: typeof error, errorMessage: hidePaths(String(error)), trace: [] };
}

class RuntimeError extends Error {
  constructor(name, message, cause) {
    super(message);
    this.name = name;
    if (cause?.stack) this.stack = `${name}: ${message}\n${cause.stack.split('\n').slice(1).join('\n')}`;
  }
}

/** https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html#nodejs-handler-naming */
async function loadHandler() {
  const slash = handlerName.lastIndexOf('/');
  const dot = handlerName.indexOf('.', slash + 1);
  if (dot < 0) throw new RuntimeError('Runtime.MalformedHandlerName', 'Bad handler');
  const moduleName = handlerName.slice(0, dot);
  const path = handlerName.slice(dot + 1).split('.');
  const module = await loadModule(moduleName);
  let found = module;
  for (const key of path) found = found?.[key];
  if (found === undefined && module.default) {
    found = module.default;
    for (const key of path) found = found?.[key];
  }
  if (found === undefined) {
    throw new RuntimeError('Runtime.HandlerNotFound', `${handlerName} is undefined or not exported`);
  }
  if (typeof found !== 'function')
    throw new RuntimeError('Runtime.HandlerNotFound', `${handlerName} is not a function`);
  return found;
}

async function loadModule(moduleName) {
  const base = join(taskRoot, moduleName);
  const file = ['.js', '.mjs', '.cjs'].map((extension) => base + extension).find((each) => existsSync(each));
  if (file === undefined) {
    throw new RuntimeError(
      'Runtime.ImportModuleError',
      `Error: Cannot find module '${moduleName}'\nRequire stack:\n- /var/runtime/index.mjs`,
    );
  }
  try {
    if (file.endsWith('.mjs') || (file.endsWith('.js') && isModulePackage(dirname(file)))) {
      return await import(pathToFileURL(file).href);
    }
    return createRequire(join(taskRoot, 'index.js'))(file);
  } catch (cause) {
    if (cause instanceof SyntaxError) {
      throw new RuntimeError('Runtime.UserCodeSyntaxError', `SyntaxError: ${cause.message}`, cause);
    }
    if (cause?.code === 'MODULE_NOT_FOUND' || cause?.code === 'ERR_MODULE_NOT_FOUND') {
      throw new RuntimeError('Runtime.ImportModuleError', `Error: ${cause.message}`, cause);
    }
    throw cause;
  }
}

function isModulePackage(folder) {
  for (let at = folder; at.length >= taskRoot.length; at = dirname(at)) {
    const manifest = join(at, 'package.json');
    if (existsSync(manifest)) return JSON.parse(readFileSync(manifest, 'utf8')).type === 'module';
  }
  return false;
}

function makeContext(message) {
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: message.clientContext,
    identity: undefined,
    invokedFunctionArn: message.functionArn,
    awsRequestId: message.requestId,
    getRemainingTimeInMillis: () =>
      Math.max(0, Math.round(message.timeoutMs - (performance.now() - message.startedAt))),
    done: (error, result) => settle(error ?? undefined, result),
    fail: (error) => settle(error ?? new Error('handled'), undefined),
    succeed: (result) => settle(undefined, result),
  };
}

/** Runs the handler to its one outcome: a promise, a callback, or a plain return value. */
function run(handler, event, context) {
  return new Promise((resolve, reject) => {
    settle = (error, result) => (error === undefined || error === null ? resolve(result) : reject(error));
    const returned = handler(event, context, (error, result) => settle(error, result));
    if (typeof returned?.then === 'function') returned.then(resolve, reject);
    // A plain function that takes no callback is done; AWS waits for an empty event loop here.
    else if (handler.length < 3) resolve(returned);
  });
}

async function invoke(handler, message) {
  requestId = message.requestId;
  Object.assign(time, { now: message.now, rate: message.rate, at: performance.now() });
  message.startedAt = performance.now();
  process.env._X_AMZN_TRACE_ID = message.traceId;
  const outcome = { type: 'result', requestId };
  try {
    const result = await run(handler, JSON.parse(message.payload), makeContext(message));
    outcome.body = JSON.stringify(result) ?? 'null';
  } catch (error) {
    fail(outcome, error);
  }
  finish(outcome, message.startedAt);
}

function fail(outcome, error) {
  const described = describe(error);
  outcome.body = JSON.stringify(described);
  outcome.failed = true;
  const { errorType, errorMessage, trace: stack } = described;
  if (logFormat === 'JSON') logAt('ERROR', [{ errorType, errorMessage, stackTrace: stack }]);
  else logAt('ERROR', [`Invoke Error \t${JSON.stringify({ errorType, errorMessage, stack })}`]);
}

function finish(outcome, startedAt) {
  outcome.durationMs = performance.now() - startedAt;
  outcome.usedMb = Math.ceil(getHeapStatistics().used_heap_size / 1_048_576);
  parentPort.postMessage(outcome);
}

function crash(name, error) {
  const outcome = { type: 'result', requestId, fatal: true };
  fail(outcome, name === undefined ? error : new RuntimeError(name, describe(error).errorMessage, error));
  finish(outcome, performance.now());
  process.exit(128);
}

process.on('uncaughtException', (error) => crash(undefined, error));
process.on('unhandledRejection', (reason) => crash('Runtime.UnhandledPromiseRejection', reason));

try {
  const handler = await loadHandler();
  parentPort.on('message', (message) => void invoke(handler, message));
  parentPort.postMessage({ type: 'ready' });
} catch (error) {
  const described = describe(error);
  logAt('ERROR', [
    `Uncaught Exception \t${JSON.stringify({ ...described, stack: described.trace, trace: undefined })}`,
  ]);
  parentPort.postMessage({ type: 'init-error', body: JSON.stringify(described) });
}
