/** A tree on a medium that fails: for tests. */
import { FileError } from '../protocol/errors.ts';
import type { OpenFile, Reference, Tree } from './tree.ts';

/** What becomes of a call: it is done, it fails with nothing done, or it is done and fails. */
export type Fate = 'done' | 'refused' | 'done and failed';

const changes = new Set([
  'change',
  'create',
  'makeDirectory',
  'makeSymlink',
  'link',
  'rename',
  'unlink',
  'write',
  'sync',
  'setExtended',
]);
const reads = new Set(['walk', 'attributes', 'open', 'target', 'read', 'entries']);

type Created = Awaited<ReturnType<Reference['create']>>;
const letGo = async ({ reference, file }: Created): Promise<void> => {
  await file.close();
  await reference.release();
};

/** @param fate of each call; one that only reads is refused or done */
export const failingTree = (tree: Tree, fate: () => Fate, code: () => 'EIO' | 'ENOSPC'): Tree => {
  const inner = new WeakMap<object, object>();
  const failing = <T extends Reference | OpenFile>(object: T): T => {
    const outer: T = new Proxy(object, {
      get(target, property) {
        const value: unknown = Reflect.get(target, property);
        if (typeof value !== 'function') return value;
        const call = async (...given: unknown[]): Promise<unknown> => {
          const plain = given.map((one) => (typeof one === 'object' && one !== null && inner.get(one)) || one);
          const name = String(property);
          const fated = changes.has(name) || reads.has(name) ? fate() : 'done';
          if (fated === 'refused' || (fated === 'done and failed' && reads.has(name))) throw new FileError(code());
          const result: unknown = await (value as (...words: unknown[]) => unknown).apply(target, plain);
          if (fated === 'done and failed') {
            if (name === 'create') await letGo(result as Created);
            throw new FileError(code());
          }
          if (name === 'create') {
            const { reference, file } = result as Created;
            return { reference: failing(reference), file: failing(file) };
          }
          return name === 'walk' || name === 'duplicate' || name === 'open' ? failing(result as T) : result;
        };
        return call;
      },
    });
    inner.set(outer, object);
    return outer;
  };
  return { root: async () => failing(await tree.root()) };
};
