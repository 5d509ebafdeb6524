/** Trees of domain 0's that guests mount by rings of their own, and what a guest does in one. */

import { mountShares } from '../../../model/file-proxy/announce/mounting-guest.ts';
import { ShareService } from '../../../model/file-proxy/announce/share-service.ts';
import { createGuestFileSystem } from '../../../model/file-proxy/guest/file-system.ts';
import { MemoryTree } from '../../../model/file-proxy/memory/tree.ts';
import { Answers } from '../../../model/file-proxy/server/answers.ts';
import { Locks } from '../../../model/file-proxy/server/locks.ts';
import { Session, sessionLimits } from '../../../model/file-proxy/server/session.ts';
import type { Guest } from '../../../model/hypervisor/guest/index.ts';
import type { Hypervisor } from '../../../model/hypervisor/index.ts';
import type { StoreService } from '../../../model/hypervisor/store/service.ts';
import { choice, readForm, text } from '../forms.ts';
import { refuse, type Statement } from '../statement.ts';
import { StepError, type StepReader } from '../step-reader.ts';

type Files = ReturnType<typeof createGuestFileSystem>;

/** Pages of a guest's, from its first on, in which its rings lie. */
const ringPages = 3;

/** A tree, whoever it is shared with. */
interface Shared {
  readonly tree: MemoryTree;
  readonly files: Files;
  readonly locks: Locks;
  readonly answers: Answers;
}

/** Those of one hypervisor. */
export class Shares {
  readonly #service: ShareService;
  readonly #now: () => bigint;
  readonly #trees = new Map<string, Shared>();

  constructor(hypervisor: Hypervisor, store: StoreService) {
    this.#service = new ShareService(hypervisor, store.client());
    // A host's clock would be another in every run; the machine's has 100 MHz.
    this.#now = () => 10n * BigInt(hypervisor.platform.clock.now);
  }

  /** A tree as domain 0 itself sees it. */
  files(name: string): Files {
    return this.#tree(name).files;
  }

  #tree(name: string): Shared {
    const made = this.#trees.get(name);
    if (made !== undefined) return made;
    const tree = new MemoryTree({ now: this.#now });
    const files = createGuestFileSystem({ local: tree });
    const one = { tree, files, locks: new Locks(), answers: new Answers() };
    this.#trees.set(name, one);
    return one;
  }

  share(name: string, guest: number): Promise<unknown> {
    const { tree, locks, answers } = this.#tree(name);
    return this.#service.share({
      guest,
      name,
      told: {
        path: `/${name}`,
        type: 'directory',
        size: 0n,
        mode: 0o40755,
        accessed: 0n,
        modified: 0n,
        changed: 0n,
        precedence: 'local',
      },
      newSession: (messageSize) =>
        new Session({ tree, locks, answers, owner: String(guest), limits: { ...sessionLimits, messageSize } }),
    });
  }

  withdraw(name: string, guest: number): Promise<unknown> {
    return this.#service.withdraw(guest, name);
  }
}

export interface FileScene {
  readonly files: Files;
  /** Waits until a share is in the guest's tree. */
  shown(path: string): Promise<void>;
  /** The guest is at this step now. */
  begins: (statement: Statement) => void;
  judge: (statement: Statement, held: boolean, why: string) => void;
}

const file: StepReader<FileScene> = (statement) => {
  const {
    what,
    path,
    is,
    text: value,
  } = readForm(statement, {
    places: { what: choice('read', 'write', 'await'), path: text },
    may: { is: text, text },
  });
  if (what === 'write' && value === undefined) throw refuse(statement, "'file write' needs text=");
  if (what === 'read' && is === undefined) throw refuse(statement, "'file read' needs is=");
  return async ({ files, shown, judge }) => {
    if (what === 'await') await shown(path);
    else if (what === 'write') await files.promises.writeFile(path, value!);
    else {
      const found = String(
        await files.promises.readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
          throw new StepError(`'${path}' cannot be read: ${error.code}`);
        }),
      );
      judge(statement, found === is, `it is '${found}'`);
    }
  };
};

export const fileSteps: Readonly<Record<string, StepReader<FileScene>>> = { file };

/** Runs a body of a guest's that mounts whatever it is told of. */
export const withShares = (
  own: Guest,
  body: (scene: Pick<FileScene, 'files' | 'shown'>) => Promise<void>,
): Promise<void> =>
  mountShares(
    own,
    ringPages,
    ({ files, until }) =>
      body({ files, shown: (path) => until((what, told) => what === 'shown' && told.path === path) }),
    // Another in every run would make another trace. The server keeps guests apart all the same.
    { key: (name) => Buffer.from(`scenario ${name}`) },
  );
