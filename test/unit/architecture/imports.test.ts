import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { PAID_OPERATIONS } from '../../../src/lib/usage/paid-operations.ts';

const source = fileURLToPath(new URL('../../../src', import.meta.url));

/** Every file of src with what it imports: packages by name, own files by path from src. */
function imports(): { file: string; specifier: string; typeOnly: boolean }[] {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => /\.m?[jt]s$/.test(file));
  return files.flatMap((file) => {
    const text = readFileSync(join(source, file), 'utf8');
    return [
      ...text.matchAll(/(?:^|\n)\s*(import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|import\('([^']+)'\)/g),
    ].map((match) => {
      const specifier = match[3] ?? match[4]!;
      return {
        file: file.replaceAll('\\', '/'),
        specifier: specifier.startsWith('.')
          ? relative(source, resolve(source, dirname(file), specifier)).replaceAll('\\', '/')
          : specifier,
        typeOnly: match[2] !== undefined,
      };
    });
  });
}

const all = imports();
const isDomain = (file: string) =>
  /^lib\/(dlq|release|release-ledger|deploy|usage|audit|state|status|logs|completion|sandbox|doctor|simulator)\//.test(
    file,
  );
const breaches = (rule: (each: (typeof all)[number]) => boolean) =>
  all.filter(rule).map(({ file, specifier }) => `${file} imports ${specifier}`);

describe('imports go one way: commands → domains → ports', () => {
  test('the scan sees the code', () => {
    expect(all.length).toBeGreaterThan(100);
    expect(
      all.some(
        ({ file, specifier }) => file === 'commands/alias/list.ts' && specifier === 'lib/config/find-service.ts',
      ),
    ).toBe(true);
  });

  test('no domain imports the AWS SDK, commander, or a terminal library', () => {
    expect(
      breaches(
        ({ file, specifier }) =>
          isDomain(file) &&
          /^(@aws-sdk\/|@smithy\/(?!core\/cbor)|commander|chalk|cli-table3|ora|@inquirer\/)/.test(specifier),
      ),
    ).toEqual([]);
  });

  test('no domain imports commands, adapters, or the command line', () => {
    expect(
      breaches(
        ({ file, specifier }) =>
          isDomain(file) &&
          /^(commands\/|lib\/aws\/adapters\/|lib\/context\.ts|lib\/settings\.ts|cli\.ts|main\.ts)/.test(specifier),
      ),
    ).toEqual([]);
  });

  test('ports import nothing but ports', () => {
    expect(
      breaches(({ file, specifier }) => file.startsWith('lib/aws/ports/') && !specifier.startsWith('lib/aws/ports/')),
    ).toEqual([]);
  });

  test('the SDK is imported by adapters and their client options only', () => {
    expect(
      breaches(({ file, specifier }) => specifier.startsWith('@aws-sdk/') && !file.startsWith('lib/aws/adapters/')),
    ).toEqual([]);
  });

  test('no adapter knows a command that AWS charges for from the first call on', () => {
    const paid = Object.keys(PAID_OPERATIONS).map((name) => name.split(':')[1]!);
    const adapters = readdirSync(join(source, 'lib/aws/adapters'));
    const users = adapters.filter((file) => {
      const text = readFileSync(join(source, 'lib/aws/adapters', file), 'utf8');
      return paid.some((operation) => text.includes(`${operation}Command`)) || text.includes('client-cost-explorer');
    });
    expect(users).toEqual([]);
  });

  test('commander is imported by cli.ts only; chalk, tables, spinners and prompts by lib/io only', () => {
    expect(breaches(({ file, specifier }) => specifier === 'commander' && file !== 'cli.ts')).toEqual([]);
    expect(
      breaches(
        ({ file, specifier }) => /^(chalk|cli-table3|ora|@inquirer\/)/.test(specifier) && !file.startsWith('lib/io/'),
      ),
    ).toEqual([]);
  });

  test('the process streams are touched by lib/io only', () => {
    const users = readdirSync(source, { recursive: true, encoding: 'utf8' })
      .filter(
        (file) => file.endsWith('.ts') && /process\.std(in|out|err)/.test(readFileSync(join(source, file), 'utf8')),
      )
      .map((file) => file.replaceAll('\\', '/'));
    expect(users.filter((file) => !file.startsWith('lib/io/'))).toEqual([]);
  });
});
