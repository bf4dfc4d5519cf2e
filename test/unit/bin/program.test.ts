import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pack } from '../../../scripts/pack.mjs';

interface Program {
  // biome-ignore lint/suspicious/noExplicitAny: whatever a module exports
  load(name: string): any;
  keep(): void;
}

const { openProgram } = createRequire(import.meta.url)('../../../bin/program.js') as {
  openProgram(options: { version: string; folder: string; env: Record<string, string> }): Program;
};

let home: string;
let folder: string;
let env: Record<string, string>;

const cacheFolder = () => join(home, 'cache', 'cvops');
const cacheFiles = () => readdirSync(cacheFolder());
const theCacheFile = () => join(cacheFolder(), cacheFiles()[0]!);

function install(modules: Record<string, string>, id = 'build-1'): void {
  writeFileSync(join(folder, 'cvops.br'), pack(Object.entries(modules).map(([name, code]) => ({ name, code }))));
  writeFileSync(join(folder, 'build-id'), id);
}

/** One process's life: load, run, keep. */
function runProgram(name = 'main.js'): unknown {
  const program = openProgram({ version: '1.0.0', folder, env });
  const { run } = program.load(name);
  const answer = run();
  program.keep();
  return answer;
}

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'cvops-test-'));
  folder = join(home, 'dist');
  mkdirSync(folder);
  env = { XDG_CACHE_HOME: join(home, 'cache') };
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

describe('the packed program', () => {
  test('its modules find one another and those of Node', () => {
    install({
      'main.js': 'exports.run = () => require("./far.js").sum + require("node:path").posix.sep',
      'far.js': 'exports.sum = require("./near.js").one + 1',
      'near.js': 'exports.one = "1 – "',
    });
    expect(runProgram()).toBe('1 – 1/');
  });

  test('a module runs once, also when two need each other', () => {
    install({
      'main.js': 'exports.run = () => [require("./a.js").times, require("./a.js").times, require("./b.js").seen]',
      'a.js': 'exports.times = 1; exports.times += require("./b.js").seen.times',
      'b.js': 'exports.seen = require("./a.js")',
    });
    expect(runProgram()).toEqual([2, 2, { times: 2 }]);
  });

  test('a module knows the file that it would be', () => {
    install({ 'main.js': 'exports.run = () => [__filename, __dirname]' });
    expect(runProgram()).toEqual([join(folder, 'main.js'), folder]);
  });

  test('a missing module is named', () => {
    install({});
    expect(() => runProgram()).toThrow('main.js is missing from this installation of cvops.');
  });
});

test('an installation without its program is no stack trace', () => {
  cpSync(new URL('../../../bin', import.meta.url), join(home, 'bin'), { recursive: true });
  writeFileSync(join(home, 'package.json'), '{ "version": "1.0.0" }');
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(home, 'bin', 'cvops.js'), 'doctor'], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  expect([status, stdout]).toEqual([70, '']);
  expect(stderr).toMatch(/^Error: this installation of cvops is incomplete: ENOENT.*\nHint: install it again; .*\n$/);
});

describe('what is kept from run to run', () => {
  const answering = (word: string) => ({ 'main.js': `exports.run = () => "${word}"` });

  test('the second run needs no pack', () => {
    install(answering('kept'));
    runProgram();
    rmSync(join(folder, 'cvops.br'));
    expect(runProgram()).toBe('kept');
  });

  test('nothing is written again when nothing new was loaded', () => {
    install(answering('kept'));
    runProgram();
    const program = openProgram({ version: '1.0.0', folder, env });
    program.load('main.js');
    rmSync(cacheFolder(), { recursive: true });
    program.keep();
    expect(() => cacheFiles()).toThrow('ENOENT');
  });

  test('what a later command loads comes on top', () => {
    install({ ...answering('first'), 'other.js': 'exports.run = () => "second"' });
    runProgram();
    runProgram('other.js');
    rmSync(join(folder, 'cvops.br'));
    expect([runProgram(), runProgram('other.js')]).toEqual(['first', 'second']);
  });

  test('another build of the same version shares nothing, however alike its code', () => {
    install(answering('old'), 'build-1');
    runProgram();
    install(answering('new'), 'build-2');
    expect(runProgram()).toBe('new');
  });

  test.each([
    ['cut off', (data: Buffer) => data.subarray(0, data.length - 10)],
    ['cut off in its index', (data: Buffer) => data.subarray(0, 12)],
    ['empty', () => Buffer.alloc(0)],
    ['all ones', (data: Buffer) => Buffer.alloc(data.length, 255)],
    ['changed', (data: Buffer) => Buffer.from(data.toString('latin1').replaceAll('right', 'wrong'), 'latin1')],
  ])('a file that is %s is left alone and replaced', (_, damage) => {
    install(answering('right'));
    runProgram();
    const whole = readFileSync(theCacheFile());
    writeFileSync(theCacheFile(), damage(whole));
    expect(runProgram()).toBe('right');
    rmSync(join(folder, 'cvops.br'));
    expect(runProgram()).toBe('right');
  });

  test.skipIf(process.platform === 'win32')('a file that others could have written is not run', () => {
    install(answering('own'));
    runProgram();
    chmodSync(theCacheFile(), 0o666);
    rmSync(join(folder, 'cvops.br'));
    expect(() => runProgram()).toThrow('ENOENT');
  });

  test.skipIf(process.platform === 'win32')('nobody else may read or write it', () => {
    install(answering('own'));
    runProgram();
    expect([statSync(cacheFolder()).mode & 0o777, statSync(theCacheFile()).mode & 0o777]).toEqual([0o700, 0o600]);
  });

  test('where nothing can be written, everything works', () => {
    install(answering('as ever'));
    writeFileSync(join(home, 'cache'), 'a file where the folder should be');
    expect([runProgram(), runProgram()]).toEqual(['as ever', 'as ever']);
  });

  test("Node's own switch turns it off", () => {
    install(answering('off'));
    env['NODE_DISABLE_COMPILE_CACHE'] = '1';
    runProgram();
    expect(() => cacheFiles()).toThrow('ENOENT');
  });

  test('two that run at once leave one whole file', () => {
    install({ ...answering('one'), 'other.js': 'exports.run = () => "two"' });
    const programs = ['main.js', 'other.js'].map((name) => {
      const program = openProgram({ version: '1.0.0', folder, env });
      program.load(name).run();
      return program;
    });
    for (const program of programs) program.keep();
    expect(cacheFiles()).toHaveLength(1);
    expect([runProgram(), runProgram('other.js')]).toEqual(['one', 'two']);
  });

  test('of builds that are no longer run, the oldest go', () => {
    for (let build = 1; build <= 6; build++) {
      install(answering(`${build}`), `build-${build}`);
      runProgram();
      for (const file of cacheFiles().filter((name) => name.includes(`build-${build}`))) {
        utimesSync(join(cacheFolder(), file), build, build);
      }
    }
    expect(cacheFiles().map((name) => /build-\d/.exec(name)![0])).toEqual(['build-3', 'build-4', 'build-5', 'build-6']);
  });
});
