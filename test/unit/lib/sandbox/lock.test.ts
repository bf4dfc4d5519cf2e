import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { acquireLock, lockHolder } from '../../../../src/lib/sandbox/lock.ts';

describe('the lock of a folder', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cvops-lock-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const taken = (result: ReturnType<typeof acquireLock>) => 'release' in result;

  test('is taken once, and names its holder', () => {
    expect(taken(acquireLock(folder))).toBe(true);
    expect(acquireLock(folder)).toEqual({ heldBy: process.pid });
    expect(lockHolder(folder)).toBe(process.pid);
  });

  test('can be taken again after its release', () => {
    const first = acquireLock(folder);
    if (!('release' in first)) throw new Error('not taken');
    first.release();
    expect(lockHolder(folder)).toBeUndefined();
    expect(taken(acquireLock(folder))).toBe(true);
  });

  test('of a dead process is nobody’s', async () => {
    const child = spawn(process.execPath, ['-e', '0']);
    await once(child, 'exit');
    expect(taken(acquireLock(folder, child.pid!))).toBe(true);
    expect(lockHolder(folder)).toBeUndefined();
    expect(taken(acquireLock(folder))).toBe(true);
  });

  test('of a dead process whose pid another one has now is nobody’s', () => {
    writeFileSync(join(folder, 'lock-7'), `${process.pid} 1`);
    expect(taken(acquireLock(folder))).toBe(true);
    expect(readdirSync(folder)).toEqual(['lock-8']);
  });

  test('a half-written lock file is nobody’s', () => {
    writeFileSync(join(folder, 'lock-1'), '');
    expect(taken(acquireLock(folder))).toBe(true);
  });
});
