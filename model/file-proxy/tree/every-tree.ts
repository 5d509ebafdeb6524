import fs from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { RemoteTree } from '../client/remote-tree.ts';
import { sessionTransport } from '../client/session-transport.ts';
import { describeTree } from '../disk/describe-tree.ts';
import { DiskTree } from '../disk/disk-tree.ts';
import { MemoryDisk } from '../disk/memory-disk.ts';
import { HostShare } from '../host/share.ts';
import { HostTree } from '../host/tree.ts';
import { MemoryTree } from '../memory/tree.ts';
import { GuestRing } from '../ring/guest-ring.ts';
import { memoryDoors } from '../ring/memory-door.ts';
import { serveRing } from '../ring/ring-service.ts';
import { Answers } from '../server/answers.ts';
import { Locks } from '../server/locks.ts';
import { Session, sessionLimits } from '../server/session.ts';
import type { QuotaLimits } from './quota.ts';
import type { Tree } from './tree.ts';

/** A tree to test with, and what ends it. */
export interface TreeUnderTest {
  readonly tree: Tree;
  close(): Promise<void>;
}

export interface HostTreeUnderTest extends TreeUnderTest {
  readonly tree: HostTree;
  readonly path: string;
}

const fault = (error: unknown): void => {
  throw error;
};

/** The same tree, through a client and a server. */
export const remotely = async (tree: Tree, messageSize = 8192): Promise<TreeUnderTest> => {
  const session = new Session({ tree, locks: new Locks(), answers: new Answers(), onFault: fault });
  const remote = await RemoteTree.connect({ connect: async () => sessionTransport(session), messageSize });
  return {
    tree: remote,
    close: async () => {
      await remote.close();
      await session.close();
    },
  };
};

/** A new directory of the host, as a tree. */
export const hostTree = async (quota?: QuotaLimits): Promise<HostTreeUnderTest> => {
  const path = fs.mkdtempSync(join(os.tmpdir(), 'portcullis-tree-'));
  const share = await HostShare.open(path, quota === undefined ? {} : { quota });
  return {
    path,
    tree: new HostTree(share),
    close: async () => {
      await share.close();
      fs.rmSync(path, { recursive: true });
    },
  };
};

/** The same tree, through a client and a server with a ring between them. */
const overRing = async (tree: Tree): Promise<TreeUnderTest> => {
  const doors = memoryDoors(16_384);
  const answers = new Answers();
  const service = serveRing(
    doors.server,
    (messageSize) =>
      new Session({ tree, locks: new Locks(), answers, limits: { ...sessionLimits, messageSize }, onFault: fault }),
  );
  const ring = new GuestRing(doors.guest);
  const remote = await RemoteTree.connect({ connect: () => ring.connect(), messageSize: 8192 });
  return {
    tree: remote,
    close: async () => {
      await remote.close();
      await service.stop();
    },
  };
};

const through = async (inner: TreeUnderTest): Promise<TreeUnderTest> => {
  const remote = await remotely(inner.tree);
  return {
    tree: remote.tree,
    close: async () => {
      await remote.close();
      await inner.close();
    },
  };
};

const memoryTree = async (quota?: QuotaLimits): Promise<TreeUnderTest> => ({
  tree: new MemoryTree(quota === undefined ? {} : { quota }),
  close: async () => undefined,
});

/** A tree on two disks, which is opened anew at the end: all that was there must be there. */
const diskTree = async (quota?: QuotaLimits): Promise<TreeUnderTest> => {
  const disks = [new MemoryDisk(4096), new MemoryDisk(4096)];
  const tree = await DiskTree.open(disks, quota === undefined ? {} : { quota });
  return {
    tree,
    close: async () => {
      await tree.close();
      const left = await describeTree(tree);
      expect(await describeTree(await DiskTree.open(disks))).toEqual(left);
    },
  };
};

/** Every kind of tree, under its name. */
export const treesUnderTest: Readonly<Record<string, (quota?: QuotaLimits) => Promise<TreeUnderTest>>> = {
  memory: memoryTree,
  host: hostTree,
  disk: diskTree,
  'memory over a ring': async (quota) => overRing((await memoryTree(quota)).tree),
  'memory over 9P': async (quota) => through(await memoryTree(quota)),
  'host over 9P': async (quota) => through(await hostTree(quota)),
};
