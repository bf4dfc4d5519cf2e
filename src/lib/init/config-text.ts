import { applyEdits, modify, type ParseError, parse } from 'jsonc-parser';
import type { FoundSystem } from './found-system.ts';

const FORMAT = { formattingOptions: { insertSpaces: true, tabSize: 2, eol: '\n' } };

/**
 * The text of `cvops.config.json` for a found system. Over a file that is there, only what was found is replaced: its other
 * fields and its comments stay.
 * @param before the file's text; null without one
 */
export function configText(system: FoundSystem, before: string | null): string {
  const { services, region, releaseTable } = system;
  const found = {
    ...(region === null ? {} : { region }),
    ...(releaseTable === null ? {} : { releaseTable }),
    services,
  };
  if (before === null || !isObjectText(before)) return `${JSON.stringify({ version: 1, ...found }, null, 2)}\n`;
  let text = before;
  for (const [field, value] of Object.entries(found)) {
    // Workspaces and what else a hand has added to a service stay.
    const kept = field === 'services' ? withKept(value as FoundSystem['services'], parse(before)?.services) : value;
    text = applyEdits(text, modify(text, [field], kept, FORMAT));
  }
  return text.endsWith('\n') ? text : `${text}\n`;
}

function withKept(services: FoundSystem['services'], before: unknown): FoundSystem['services'] {
  const old = (before ?? {}) as FoundSystem['services'];
  return Object.fromEntries(
    Object.entries(services).map(([name, service]) => {
      const { workspace } = (Object.hasOwn(old, name) ? old[name] : undefined) ?? {};
      return [name, { ...service, ...(workspace === undefined ? {} : { workspace }) }];
    }),
  );
}

function isObjectText(text: string): boolean {
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true });
  return errors.length === 0 && typeof value === 'object' && value !== null && !Array.isArray(value);
}
