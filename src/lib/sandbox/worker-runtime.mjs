// Runs the built Cloudflare Worker inside a worker thread, on Node's own Request, Response and fetch, behind a loopback
// port. Plain JavaScript with Node's own modules only: the build copies this file beside the bundle.
//
// Parent → thread: { type: 'settle' | 'answer', … }. Thread → parent: { type: 'listening' | 'settled' | 'ask' | 'log', … }.
import { createServer } from 'node:http';
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
