import type { Change } from './operations.ts';
import type { EventSource } from './outbox.ts';
import { isSpecial, type Path, type SpecialPath, textOfNames } from './path.ts';
import { type Caller, mayRead, type Permissions } from './permissions.ts';
import type { Node } from './tree.ts';

/** Who watches. */
export interface Watcher {
  readonly caller: Caller;
  tell(watch: Watch, path: string): void;
}

export interface Watch extends EventSource {
  readonly watcher: Watcher;
  /** Absolute, or of a special path. */
  readonly path: Path;
  /** Names below the path that count; null: all. */
  readonly depth: number | null;
  /** What events leave out at the front: the home of a watch with a relative path. */
  readonly prefix: number;
}

/** Watches by their paths, so that a change looks only at those above it, and at those below what was removed. */
interface Place {
  readonly watches: Set<Watch>;
  readonly below: Map<string, Place>;
}

const place = (): Place => ({ watches: new Set(), below: new Map() });

export class Watches {
  readonly #root = place();
  readonly #special = new Set<Watch>();

  add(watch: Watch): void {
    if (watch.path.text.startsWith('@')) {
      this.#special.add(watch);
      return;
    }
    let at = this.#root;
    for (const name of watch.path.names) {
      const next = at.below.get(name) ?? place();
      at.below.set(name, next);
      at = next;
    }
    at.watches.add(watch);
  }

  remove(watch: Watch): void {
    watch.ended = true;
    if (this.#special.delete(watch)) return;
    const { names } = watch.path;
    const clear = (at: Place | undefined, level: number): boolean => {
      if (at === undefined) return false;
      if (level === names.length) at.watches.delete(watch);
      else if (clear(at.below.get(names[level]!), level + 1)) at.below.delete(names[level]!);
      return at.watches.size === 0 && at.below.size === 0;
    };
    clear(this.#root, 0);
  }

  /** Tells who watches of a change. */
  fire(change: Change): void {
    const { names } = change.path;
    let at: Place | undefined = this.#root;
    for (let level = 0; at !== undefined; level += 1) {
      for (const watch of at.watches) this.#consider(watch, level, change);
      if (level === names.length) break;
      at = at.below.get(names[level]!);
    }
    if (at !== undefined && change.removed !== null) this.#fireBelow(at, change.removed);
  }

  /** Tells of a domain that came or went. */
  fireSpecial(special: SpecialPath, domain: number, permissions: Permissions): void {
    const ofDomain = `${special}/${domain}`;
    for (const watch of this.#special) {
      if (!mayRead(permissions, watch.watcher.caller)) continue;
      if (watch.path.text === ofDomain) watch.watcher.tell(watch, ofDomain);
      if (watch.path.text === special) watch.watcher.tell(watch, watch.depth === 1 ? ofDomain : special);
    }
  }

  #consider(watch: Watch, level: number, { path: { names, text }, first, own, above }: Change): void {
    const deepest = watch.depth === null ? names.length : Math.min(names.length, level + watch.depth);
    if (deepest < first) return;
    const { caller } = watch.watcher;
    const parent = deepest === first && mayRead(above, caller);
    if (!parent && !own.some((permissions) => mayRead(permissions, caller))) return;
    const whole = deepest === names.length ? text : textOfNames(names, deepest);
    watch.watcher.tell(watch, whole.slice(watch.prefix));
  }

  /** Watches of nodes that went with one above are told their own paths. */
  #fireBelow(at: Place, removed: Node): void {
    for (const [name, below] of at.below) {
      const node = removed.children.get(name);
      if (node === undefined) continue;
      for (const watch of below.watches)
        if (mayRead(node.permissions, watch.watcher.caller) || mayRead(removed.permissions, watch.watcher.caller))
          watch.watcher.tell(watch, watch.told);
      this.#fireBelow(below, node);
    }
  }
}

/** Whether a text names what is watched apart from the tree, as a whole or for one domain. */
export const isSpecialWatch = (text: string): boolean => {
  const [special, domain, ...rest] = text.split('/');
  if (special === undefined || !isSpecial(special) || rest.length > 0) return false;
  return domain === undefined || (/^\d{1,5}$/.test(domain) && special === '@releaseDomain');
};
