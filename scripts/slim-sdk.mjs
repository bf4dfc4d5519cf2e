// Makes parts of bundled packages droppable or smaller where the bundler cannot see that they are unused.
import { readFileSync } from 'node:fs';

/** Modules that are left out or replaced: who asks for what, and the code that is there instead. */
const REPLACED = [
  // commander can run a subcommand as a program of its own; cvops has none, and child_process costs 3 ms at start.
  { asked: /^node:child_process$/, by: /[/\\]commander[/\\]/, code: 'export default {};' },
  // Reads browsers' user agents; there is none here.
  { asked: /^bowser$/, code: 'export default {};' },
  // Colours of cli-table3 itself, which cvops does not use: it hands over text that is coloured already.
  { asked: /^@colors\/colors\/safe$/, code: 'export default {};' },
  // Tells of the invocation that this process runs in; cvops is no function.
  {
    asked: /^@aws\/lambda-invoke-store$/,
    code: 'export const InvokeStore = { getInstanceAsync: async () => undefined };',
  },
  // For a Node without its own SHA-256, which has no TLS either.
  { asked: /[/\\]Sha256Js$/, by: /sha256[/\\]Sha256Node\.js$/, code: 'export const Sha256Js = undefined;' },
  // Remembers the endpoints of a service that tells where it is; DynamoDB's client has it, turned off. A command's few
  // endpoints need no least recently used one to be dropped.
  {
    asked: /^mnemonist\/lru-cache$/,
    code: `export default class extends Map {
      constructor(_capacity) { super(); }
      peek(key) { return this.get(key); }
    }`,
  },
  // Only streaming operations (InvokeWithResponseStream, StartLiveTail) need event streams; cvops calls none.
  {
    asked: /^@smithy\/core\/event-streams$/,
    code: `export const resolveEventStreamSerdeConfig = (config) => config;
      export const eventStreamSerdeProvider = () => undefined;
      export class EventStreamSerde { constructor() { throw new Error('event streams are left out of this bundle'); } }`,
  },
];

/** TLS takes 3 ms to load, and an endpoint of plain HTTP needs none: loaded with the first request that does. */
const LAZY_HTTPS = `export const node_https = {
  get Agent() { return require('node:https').Agent; },
  get request() { return require('node:https').request; },
};`;

/** Changes to the text of modules. */
const EDITED = [
  // The SDK's schemas write members as `{ [_h]: … }`. A computed key may run code, so every schema of every operation
  // would be kept; with the key written out only those in use are.
  {
    file: /@aws-sdk[/\\].*dist-es[/\\].*schemas_0\.js$/,
    edit: (source) => {
      const texts = new Map(
        [...source.matchAll(/^const (_\w+) = ("[^"\n]*");$/gm)].map(([, name, text]) => [name, text]),
      );
      return (
        source
          .replace(/\[(_\w+)\]:/g, (whole, name) => (texts.has(name) ? `${texts.get(name)}:` : whole))
          // The class of every error of every operation is kept by its registration. cvops tells errors apart by name,
          // code and status, which an error without a class of its own carries too.
          .replace(/^n0_registry\.registerError\(.*\);$/gm, '')
      );
    },
  },
  // Each client imports its whole package.json to tell its version.
  { file: /@aws-sdk[/\\].*package\.json$/, edit: (source) => keep(source, ['name', 'version']) },
  // ora imports the frames of all its spinners; one is shown.
  { file: /cli-spinners[/\\]spinners\.json$/, edit: (source) => keep(source, ['dots', 'line']) },
  { file: /node-http-handler[/\\]dist-es[/\\]node-https\.js$/, edit: () => LAZY_HTTPS },
  {
    file: /node-http-handler[/\\]dist-es[/\\]node-http-handler\.js$/,
    edit: (source) =>
      swap(
        source,
        ['httpsAgent: (() => {', 'makeHttpsAgent: () => {'],
        ['})(),\n            logger,', '},\n            logger,'],
        ['isSSL ? config.httpsAgent : config', 'isSSL ? (config.httpsAgent ??= config.makeHttpsAgent()) : config'],
      ),
  },
  // node:fs/promises brings file watchers and readline along, 1 ms.
  {
    file: /shared-ini-file-loader[/\\]readFile\.js$/,
    edit: (source) =>
      swap(source, [
        'import { readFile as fsReadFile } from "node:fs/promises";',
        `import { readFile as read } from 'node:fs';
        import { promisify } from 'node:util';
        const fsReadFile = promisify(read);`,
      ]),
  },
  // Node's own randomUUID; the global `crypto` and getRandomValues load all of Web Crypto, 1 ms.
  {
    file: /submodules[/\\]serde[/\\]uuid[/\\]v4\.js$/,
    edit: () => `import { randomUUID } from 'node:crypto';
      export const bindV4 = () => () => randomUUID();`,
  },
  {
    file: /submodules[/\\]serde[/\\]index\.js$/,
    edit: (source) =>
      swap(source, ['const _getRandomValues = getRandomValues;', ''], ['bindV4(_getRandomValues)', 'bindV4()']),
  },
  // To name ReadableStream is to load all web streams, 3 ms. What has `pipe` is none.
  {
    file: /util-stream[/\\]stream-type-check\.js$/,
    edit: (source) => swap(source, ['(stream) => typeof', "(stream) => typeof stream?.pipe !== 'function' && typeof"]),
  },
];

/** @throws where the text has changed with a new version, so that no edit is lost in silence. */
function swap(source, ...pairs) {
  return pairs.reduce((text, [from, to]) => {
    if (text.split(from).length !== 2) throw new Error(`slim-sdk: not found exactly once: ${from}`);
    return text.replace(from, () => to);
  }, source);
}

function keep(json, names) {
  const all = JSON.parse(json);
  return JSON.stringify(Object.fromEntries(names.map((name) => [name, all[name]])));
}

const PREFIX = '\0replaced:';

/** @type {import('rolldown').Plugin} */
export const slimSdk = {
  name: 'slim-sdk',
  resolveId(asked, importer) {
    const index = REPLACED.findIndex((each) => each.asked.test(asked) && (each.by?.test(importer ?? '') ?? true));
    return index === -1 ? undefined : `${PREFIX}${index}`;
  },
  load(id) {
    if (id.startsWith(PREFIX)) return REPLACED[Number(id.slice(PREFIX.length))].code;
    const edited = EDITED.find(({ file }) => file.test(id));
    return edited === undefined
      ? undefined
      : { code: edited.edit(readFileSync(id, 'utf8')), moduleType: id.endsWith('.json') ? 'json' : 'js' };
  },
};
