// Makes parts of bundled packages droppable or smaller where esbuild cannot see that they are unused.
import { readFile } from 'node:fs/promises';

/** @type {import('esbuild').Plugin} */
export const slimSdk = {
  name: 'slim-sdk',
  setup(build) {
    // The SDK's schemas write members as `{ [_h]: … }`. A computed key may run code, so esbuild keeps every schema of
    // every operation; with the key written out it keeps only those in use.
    build.onLoad({ filter: /@aws-sdk[/\\].*dist-es[/\\].*schemas_0\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const texts = new Map(
        [...source.matchAll(/^const (_\w+) = ("[^"\n]*");$/gm)].map(([, name, text]) => [name, text]),
      );
      return {
        contents: source
          .replace(/\[(_\w+)\]:/g, (whole, name) => (texts.has(name) ? `${texts.get(name)}:` : whole))
          // The class of every error of every operation is kept by its registration. cvops tells errors apart by name,
          // code and status, which an error without a class of its own carries too.
          .replace(/^n0_registry\.registerError\(.*\);$/gm, ''),
      };
    });
    // Each client imports its whole package.json to tell its version.
    build.onLoad({ filter: /@aws-sdk[/\\].*package\.json$/ }, async ({ path }) => {
      const { name, version } = JSON.parse(await readFile(path, 'utf8'));
      return { contents: JSON.stringify({ name, version }), loader: 'json' };
    });
    // ora imports the frames of all its spinners; one is shown.
    build.onLoad({ filter: /cli-spinners[/\\]spinners\.json$/ }, async ({ path }) => {
      const { dots, line } = JSON.parse(await readFile(path, 'utf8'));
      return { contents: JSON.stringify({ dots, line }), loader: 'json' };
    });
    // commander can run a subcommand as a program of its own; cvops has none, and child_process costs 3 ms at start.
    build.onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      /[/\\]commander[/\\]/.test(importer) ? { path: 'child_process', namespace: 'absent' } : undefined,
    );
    // Reads browsers' user agents; there is none here.
    build.onResolve({ filter: /^bowser$/ }, () => ({ path: 'bowser', namespace: 'absent' }));
    build.onLoad({ filter: /.*/, namespace: 'absent' }, () => ({ contents: 'export default {};' }));
    // Only streaming operations (InvokeWithResponseStream, StartLiveTail) need event streams; cvops calls none.
    build.onResolve({ filter: /^@smithy\/core\/event-streams$/ }, () => ({
      path: 'event-streams',
      namespace: 'no-event-streams',
    }));
    build.onLoad({ filter: /.*/, namespace: 'no-event-streams' }, () => ({
      contents: `export const resolveEventStreamSerdeConfig = (config) => config;
        export const eventStreamSerdeProvider = () => undefined;
        export class EventStreamSerde { constructor() { throw new Error('event streams are left out of this bundle'); } }`,
    }));
  },
};
