/** Changes of a host file's attributes and size, as a client asks for them. */
import fs from 'node:fs';
import { FileError } from '../protocol/errors.ts';
import { isType, modes } from '../tree/mode.ts';
import type { Change } from '../tree/tree.ts';
import { statOf } from './descriptors.ts';
import type { HostNode } from './node.ts';

/** Set-user-id and set-group-id would hand the server's own rights to whoever runs the file on the host. */
export const permissionsGiven = 0o1777;

/** Makes a file as long as asked for, within the quota. @throws FileError, Node's errors */
export const resizeNode = async (node: HostNode, size: number): Promise<void> => {
  if (node.isDirectory) throw new FileError('EISDIR');
  if (!isType(node.type, modes.file)) throw new FileError('EINVAL');
  await node.state.turns.run(async () => {
    const { quota } = node.tree.share;
    const { state } = node;
    const old = Number((await statOf(node.descriptor)).size);
    quota?.count(old - state.size, 0);
    state.size = old;
    quota?.chargeBytes(size - old);
    try {
      await fs.promises.truncate(node.path, size);
      state.size = size;
    } catch (error) {
      quota?.count(old - size, 0);
      throw error;
    }
  });
};

/** @throws FileError, Node's errors */
export const changeNode = async (
  node: HostNode,
  { mode, uid, gid, size, accessed, modified }: Change,
): Promise<void> => {
  node.checkInside();
  const stats = await statOf(node.descriptor);
  // The server's files belong to who runs it: a client may only ask for what is so.
  if ((uid !== undefined && BigInt(uid) !== stats.uid) || (gid !== undefined && BigInt(gid) !== stats.gid))
    throw new FileError('EPERM');
  if (size !== undefined) await resizeNode(node, size);
  if (mode !== undefined) {
    if (isType(node.type, modes.symlink)) throw new FileError('EOPNOTSUPP');
    await fs.promises.chmod(node.path, mode & permissionsGiven);
  }
  if (accessed === undefined && modified === undefined) return;
  // Node takes a negative number for the present moment, and a date before 1970 for what it says.
  const seconds = (time: bigint | 'now' | undefined, kept: bigint): number | Date => {
    const at = Number(time === 'now' ? BigInt(Date.now()) * 1_000_000n : (time ?? kept));
    return at < 0 ? new Date(at / 1e6) : at / 1e9;
  };
  await fs.promises.utimes(node.path, seconds(accessed, stats.atimeNs), seconds(modified, stats.mtimeNs));
};
