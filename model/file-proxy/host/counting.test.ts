import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { countBelow } from './counting.ts';
import { closeDescriptor, holdPath, keyOf } from './descriptors.ts';
import { HostShare } from './share.ts';

let path: string;
beforeEach(() => {
  path = fs.mkdtempSync(join(os.tmpdir(), 'portcullis-counting-'));
});
afterEach(() => {
  // Node's own removal names what is deep by its whole path, which is too long.
  execFileSync('rm', ['-rf', path]);
});

/** Directories in one another, all named `d`, and a file of five bytes at the bottom. */
const makeDeep = (depth: number): void => {
  let at = fs.openSync(path, 'r');
  for (let made = 0; made < depth; made++) {
    fs.mkdirSync(`/proc/self/fd/${at}/d`);
    const next = fs.openSync(`/proc/self/fd/${at}/d`, 'r');
    fs.closeSync(at);
    at = next;
  }
  fs.writeFileSync(`/proc/self/fd/${at}/bottom`, 'bytes');
  fs.closeSync(at);
};

test('a share is counted with the same few descriptors, however deep it is', async () => {
  makeDeep(100);
  const open = (): number => fs.readdirSync('/proc/self/fd').length;
  const before = open();
  let most = 0;
  const timer = setInterval(() => (most = Math.max(most, open())), 2);
  const share = await HostShare.open(path, { quota: { bytes: 1, files: 1 } });
  clearInterval(timer);
  await share.close();
  expect(share.quota?.used).toEqual({ bytes: 5, files: 101 });
  expect(most).toBeGreaterThan(0);
  expect(most - before).toBeLessThan(50);
});

test('what the host moves while it is counted is counted once, and so is what lies beside', async () => {
  makeDeep(6);
  fs.mkdirSync(join(path, 'd', 'beside'));
  fs.writeFileSync(join(path, 'd', 'beside', 'file'), 'more');
  fs.linkSync(join(path, 'd', 'beside', 'file'), join(path, 'd', 'again'));
  const counted = { bytes: 0, files: 0 };
  const root = await holdPath(path);
  await countBelow(root, (bytes, files) => {
    counted.bytes += bytes;
    counted.files += files;
    if (bytes === 5) fs.renameSync(join(path, 'd', 'd'), join(path, 'moved'));
  });
  await closeDescriptor(root);
  expect(fs.readdirSync(path).sort()).toEqual(['d', 'moved']);
  expect(counted).toEqual({ bytes: 9, files: 9 });
});

test('an object that is held anew when it has no name any more is not given back twice', async () => {
  fs.writeFileSync(join(path, 'a'), 'four');
  fs.writeFileSync(join(path, 'b'), 'b');
  const share = await HostShare.open(path, { quota: { bytes: 100, files: 10 } });
  const descriptor = fs.openSync(join(path, 'a'), 'r');
  const looked = fs.fstatSync(descriptor, { bigint: true });
  share.use(looked);
  fs.unlinkSync(join(path, 'a'));
  share.leave(keyOf(looked), true);
  expect(share.quota?.used).toEqual({ bytes: 1, files: 1 });
  // One that had found it by its name meanwhile.
  share.use(fs.fstatSync(descriptor, { bigint: true }));
  share.leave(keyOf(looked), true);
  expect(share.quota?.used).toEqual({ bytes: 1, files: 1 });
  fs.closeSync(descriptor);
  await share.close();
});
