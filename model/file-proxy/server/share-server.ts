import fs from 'node:fs';
import { HostShare } from '../host/share.ts';
import { HostTree } from '../host/tree.ts';
import type { QuotaLimits } from '../tree/quota.ts';
import { serveStream } from './connection.ts';
import { type Address, type Listener, listen } from './listener.ts';
import { Locks } from './locks.ts';
import { Session, sessionLimits } from './session.ts';

export interface ShareServerOptions {
  readonly directory: string;
  readonly address: Address;
  readonly readOnly: boolean;
  readonly quota?: QuotaLimits;
  /** Clients at once. */
  readonly connections: number;
  /** Handles of each client: objects it refers to, and open files. */
  readonly handles: number;
  /** Milliseconds in which a client must agree on a version; 30 s when left out. */
  readonly versionTime?: number;
  readonly onFault?: (error: unknown) => void;
}

/** Descriptors that the process keeps for itself, its sockets and works under way. */
const reservedDescriptors = 512;

/** Descriptors that this process may have. */
const descriptorLimit = (): number => {
  const line = /^Max open files\s+(\d+)/m.exec(fs.readFileSync('/proc/self/limits', 'latin1'));
  return line === null ? 1024 : Number(line[1]);
};

/** Serves a directory of the host to 9P2000.L clients. @throws Node's errors for the directory and the address */
export const serveDirectory = async (options: ShareServerOptions): Promise<Listener> => {
  const { directory, address, readOnly, quota, connections, handles, versionTime, onFault } = options;
  const share = await HostShare.open(directory, quota === undefined ? {} : { quota });
  // Descriptors are shared out among the clients; a quota is one for all of them.
  const each = Math.max(16, Math.floor((descriptorLimit() - reservedDescriptors) / connections));
  const limits = { ...sessionLimits, fids: Math.min(handles, each) };
  const locks = new Locks();
  const attachNames = [fs.realpathSync(directory), directory].map((name) => Buffer.from(name).toString('latin1'));
  try {
    const listener = await listen(address, connections, (socket) => {
      const tree = new HostTree(share, { descriptors: Math.min(handles, each), listingBytes: 2 ** 26 });
      const session = new Session({ tree, locks, limits, readOnly, attachNames, ...(onFault ? { onFault } : {}) });
      return serveStream(socket, session, versionTime);
    });
    return {
      address: listener.address,
      close: async () => {
        await listener.close();
        await share.close();
      },
    };
  } catch (error) {
    await share.close();
    throw error;
  }
};
