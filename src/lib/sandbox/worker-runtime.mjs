// Runs the built Cloudflare Worker inside a worker thread, on Node's own Request, Response and fetch, behind a loopback
// port. Plain JavaScript with Node's own modules only: the build copies this file beside the bundle.
//
// Parent → thread: { type: 'settle' | 'answer', … }. Thread → parent: { type: 'listening' | 'settled' | 'ask' | 'log', … }.
import { createHash, createHmac, KeyObject } from 'node:crypto';
import { Agent, createServer, request as httpRequest } from 'node:http';
import { format } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';

const { module, bindings, reserved } = workerData;
const MAX_BODY_BYTES = 1024 * 1024;
const pending = new Set();
const asked = new Map();

let nextQuestion = 1;

// Log lines go the way of all messages, so that those of a request come before word that it is done.
for (const level of ['log', 'info', 'warn', 'error', 'debug']) {
  console[level] = (...args) => parentPort.postMessage({ type: 'log', line: format(...args) });
}

lightenPlatform();
const { default: worker } = await import(module);

/** https://developers.cloudflare.com/workers/runtime-apis/context/ */
const context = {
  waitUntil(work) {
    pending.add(work);
    const done = () => pending.delete(work);
    work.then(done, done);
  },
  passThroughOnException() {},
};

const server = createServer(async (incoming, response) => {
  try {
    const answer = incoming.url.startsWith(reserved)
      ? await ask(incoming.method, incoming.url)
      : await worker.fetch(await toRequest(incoming), bindings, context);
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    response.end(Buffer.from(await answer.arrayBuffer()));
  } catch (cause) {
    if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
    response.end(`${cause?.message ?? cause}\n`);
  }
});

/**
 * What the Worker does for each event, a digest, four HMACs and a request, costs a millisecond with Node's WebCrypto,
 * which hands every digest to a thread pool, and Node's fetch; workerd has both built in. These do the same for the
 * two algorithms and for plain HTTP, at half the cost. Everything else stays Node's.
 */
function lightenPlatform() {
  const { subtle } = crypto;
  const digest = subtle.digest.bind(subtle);
  const sign = subtle.sign.bind(subtle);
  const override = (name, value) => Object.defineProperty(subtle, name, { value, configurable: true });
  override('digest', async (algorithm, data) =>
    algorithm === 'SHA-256' ? arrayBuffer(createHash('sha256').update(view(data)).digest()) : digest(algorithm, data),
  );
  override('sign', async (algorithm, key, data) =>
    algorithm === 'HMAC' && key.algorithm.hash.name === 'SHA-256'
      ? arrayBuffer(createHmac('sha256', KeyObject.from(key)).update(view(data)).digest())
      : sign(algorithm, key, data),
  );

  const agent = new Agent({ keepAlive: true });
  const nodeFetch = fetch;
  globalThis.fetch = async (input, init) => {
    const request = input instanceof Request && init === undefined ? input : new Request(input, init);
    if (!request.url.startsWith('http:')) return nodeFetch(request);
    const body = Buffer.from(await request.arrayBuffer());
    return new Promise((resolve, reject) => {
      const options = { method: request.method, headers: Object.fromEntries(request.headers), agent };
      const outgoing = httpRequest(request.url, { ...options, signal: request.signal }, (incoming) => {
        const chunks = [];
        incoming.on('data', (chunk) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const headers = Object.entries(incoming.headers).map(([name, value]) => [name, [value].flat().join(', ')]);
          const nothing = incoming.statusCode === 204 || incoming.statusCode === 304;
          resolve(new Response(nothing ? null : Buffer.concat(chunks), { status: incoming.statusCode, headers }));
        });
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  };
}

function view(data) {
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}

function arrayBuffer(buffer) {
  return buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.length);
}

/** Requests below the reserved path are the sandbox's to answer. */
function ask(method, path) {
  return new Promise((resolve) => {
    const id = nextQuestion++;
    asked.set(id, resolve);
    parentPort.postMessage({ type: 'ask', id, method, path });
  });
}

async function toRequest(incoming) {
  const chunks = [];
  let size = 0;
  for await (const chunk of incoming) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new Error(`The body is larger than ${MAX_BODY_BYTES} bytes.`);
    chunks.push(chunk);
  }
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) headers.append(name, [value].flat().join(', '));
  const init = { method: incoming.method, headers };
  if (size > 0 && incoming.method !== 'GET' && incoming.method !== 'HEAD') init.body = Buffer.concat(chunks);
  return new Request(new URL(incoming.url, `http://${incoming.headers.host ?? '127.0.0.1'}`), init);
}

parentPort.on('message', async (message) => {
  switch (message.type) {
    case 'settle':
      while (pending.size > 0) await Promise.allSettled(pending);
      parentPort.postMessage({ type: 'settled', id: message.id });
      break;
    case 'answer':
      asked.get(message.id)?.(Response.json(message.body, { status: message.status }));
      asked.delete(message.id);
      break;
  }
});

server.listen(0, '127.0.0.1', () => parentPort.postMessage({ type: 'listening', port: server.address().port }));
