import fs from 'node:fs';
import { FileError } from '../protocol/errors.ts';
import { type Qid, qidType } from '../protocol/qid.ts';
import { isType, modes } from '../tree/mode.ts';
import { Quota, type QuotaLimits } from '../tree/quota.ts';
import { Turns } from '../tree/turns.ts';
import { countBelow } from './counting.ts';
import { closeDescriptor, holdPath, keyOf, statOf } from './descriptors.ts';
import { Identities } from './identities.ts';

/** What all clients of a share must agree on about one object in use. */
export interface FileState {
  size: number;
  users: number;
  /** Whether one of its users saw it without a name: another may have looked before, and leave after. */
  gone: boolean;
  /** Bytes that were given back already, by who left it last: it had no name any more when it was held anew. */
  readonly returned: number | null;
  /** Writes that may move the end of the file, or changes of a directory's names, one after another. */
  readonly turns: Turns;
}

export interface HostShareOptions {
  readonly quota?: QuotaLimits;
}

/** A directory of the host, or one file, that is given to clients: what belongs to all of them. */
export class HostShare {
  readonly rootDescriptor: number;
  /** Null where there is no limit. */
  readonly quota: Quota | null;
  private readonly states = new Map<string, FileState>();
  private readonly identities = new Identities();

  private constructor(rootDescriptor: number, quota: Quota | null) {
    this.rootDescriptor = rootDescriptor;
    this.quota = quota;
  }
  /**
   * Holds a directory or a regular file, and counts what is in it where there is a quota. It is followed through renames; of what takes its name nothing is seen.
   * @throws Node's errors, and FileError with ENOSYS where the host has no `/proc`, ENOTDIR for what is neither
   */
  static async open(path: string, { quota }: HostShareOptions = {}): Promise<HostShare> {
    if (!fs.existsSync('/proc/self/fd')) throw new FileError('ENOSYS', { syscall: 'open', path: '/proc/self/fd' });
    const descriptor = await holdPath(path);
    const share = new HostShare(descriptor, quota === undefined ? null : new Quota(quota));
    try {
      const stats = await statOf(descriptor);
      if (!stats.isDirectory() && !stats.isFile()) throw new FileError('ENOTDIR', { syscall: 'open', path });
      if (stats.isFile()) share.quota?.count(Number(stats.size), 1);
      else if (share.quota !== null) await countBelow(descriptor, (bytes, files) => share.quota?.count(bytes, files));
      return share;
    } catch (error) {
      await share.close();
      throw error;
    }
  }
  close(): Promise<void> {
    return closeDescriptor(this.rootDescriptor);
  }
  qidOf(stats: fs.BigIntStats): Qid {
    const mode = Number(stats.mode);
    const type = isType(mode, modes.directory)
      ? qidType.directory
      : isType(mode, modes.symlink)
        ? qidType.symlink
        : qidType.file;
    const version = Number(BigInt.asUintN(32, stats.mtimeNs ^ (stats.size << 8n)));
    return { type, version, path: this.identities.of(stats) };
  }
  /** The state that all users of a file share; each gives it back with `leave`. */
  use(stats: fs.BigIntStats): FileState {
    const key = keyOf(stats);
    const size = stats.isFile() ? Number(stats.size) : 0;
    const state = this.states.get(key) ?? {
      size,
      users: 0,
      gone: false,
      returned: stats.nlink === 0n ? size : null,
      turns: new Turns(),
    };
    state.users += 1;
    this.states.set(key, state);
    return state;
  }
  /** @param gone whether the object has no name left, as of now */
  leave(key: string, gone: boolean): void {
    const state = this.states.get(key);
    if (state === undefined) return;
    state.users -= 1;
    state.gone ||= gone;
    if (state.users > 0) return;
    this.states.delete(key);
    if (!state.gone || this.quota === null) return;
    this.quota.chargeBytes((state.returned ?? 0) - state.size);
    if (state.returned === null) this.quota.returnFile();
  }
}
