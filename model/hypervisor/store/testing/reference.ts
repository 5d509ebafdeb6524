/** The store as its page says it, as plainly as can be: paths in a table, copied whole for every transaction. Shares nothing with the store but names of requests. */

export interface Operation {
  readonly name: 'READ' | 'DIRECTORY' | 'DIRECTORY_PART' | 'MKDIR' | 'RM' | 'GET_PERMS' | 'WRITE' | 'SET_PERMS';
  readonly path: string;
  /** The value, the permissions with blanks between, or the offset. */
  readonly argument: string;
}

interface ReferenceNode {
  value: string;
  permissions: string[];
}

interface ReferenceWatch {
  readonly session: number;
  readonly domain: number;
  readonly path: string;
  readonly told: string;
  readonly token: string;
  readonly depth: number | null;
}

export interface ReferenceLimits {
  readonly nodes: number;
  readonly bytes: number;
  readonly 'node-size': number;
  readonly permissions: number;
  readonly depth: number;
}

/** Of a change: what watches need, in words of paths. */
interface Told {
  readonly path: string;
  readonly made: readonly string[];
  readonly removed: ReadonlyMap<string, ReferenceNode>;
  readonly permissionsOf: (path: string) => readonly (readonly string[])[];
}

const parentOf = (path: string): string => path.slice(0, Math.max(1, path.lastIndexOf('/')));
const levels = (path: string): number => (path === '/' ? 0 : path.split('/').length - 1);
const isBelow = (path: string, above: string): boolean =>
  above === '/' || path === above || path.startsWith(`${above}/`);
const ending = (texts: readonly string[]): string => texts.map((text) => `${text}\0`).join('');
const domainOf = (permission: string): number => Number(permission.slice(1));

export class ReferenceTree {
  readonly nodes: Map<string, ReferenceNode>;
  readonly #limits: ReferenceLimits;
  readonly #targets: ReadonlyMap<number, number>;
  readonly told: Told[] = [];

  constructor(limits: ReferenceLimits, targets: ReadonlyMap<number, number>, nodes?: Map<string, ReferenceNode>) {
    this.nodes = nodes ?? new Map([['/', { value: '', permissions: ['n0'] }]]);
    this.#limits = limits;
    this.#targets = targets;
  }

  clone(): ReferenceTree {
    const nodes = [...this.nodes].map(([path, { value, permissions }]): [string, ReferenceNode] => [
      path,
      { value, permissions: [...permissions] },
    ]);
    return new ReferenceTree(this.#limits, this.#targets, new Map(nodes));
  }

  may(permissions: readonly string[], domain: number, letter: 'r' | 'w'): boolean {
    if (domain === 0) return true;
    const ids = [domain, this.#targets.get(domain)].filter((id) => id !== undefined);
    return ids.some((id) => {
      if (domainOf(permissions[0]!) === id) return true;
      const entry = permissions.slice(1).find((one) => domainOf(one) === id) ?? permissions[0]!;
      return entry[0] === letter || entry[0] === 'b';
    });
  }

  used(domain: number): { nodes: number; bytes: number } {
    const own = [...this.nodes].filter(([, { permissions }]) => domainOf(permissions[0]!) === domain);
    const bytes = own.map(
      ([path, { value, permissions }]) =>
        path.slice(path.lastIndexOf('/') + 1).length + value.length + 8 * permissions.length,
    );
    return { nodes: own.length, bytes: bytes.reduce((a, b) => a + b, 0) };
  }

  childrenOf(path: string): readonly string[] {
    return [...this.nodes.keys()]
      .filter((one) => one !== '/' && parentOf(one) === path)
      .map((one) => one.slice(one.lastIndexOf('/') + 1));
  }

  /** @returns the answer's payload, or the name of an error */
  perform(domain: number, { name, path: given, argument }: Operation): string {
    const path = given.startsWith('/') ? given : `/local/domain/${domain}/${given}`;
    if (path !== '/' && !/^(\/[\w@-]+)+$/.test(path)) return 'EINVAL';
    const node = this.nodes.get(path);
    let above = path;
    while (!this.nodes.has(above)) above = parentOf(above);
    const nearest = this.nodes.get(above)!;
    const missing = (letter: 'r' | 'w'): string | null => {
      if (!this.may(nearest.permissions, domain, letter)) return 'EACCES';
      return node === undefined ? 'ENOENT' : null;
    };
    switch (name) {
      case 'READ':
        return missing('r') ?? node!.value;
      case 'DIRECTORY':
        return missing('r') ?? ending(this.childrenOf(path));
      case 'DIRECTORY_PART':
        return missing('r') ?? `${ending(this.childrenOf(path)).slice(Number(argument))}\0`;
      case 'GET_PERMS':
        return missing('r') ?? ending(node!.permissions);
      case 'WRITE':
      case 'MKDIR':
        return this.#put(domain, path, above, name === 'WRITE' ? argument : null);
      case 'RM': {
        if (path === '/') return 'EINVAL';
        const refused = missing('w');
        if (refused !== null) return refused === 'ENOENT' && this.nodes.has(parentOf(path)) ? 'OK\0' : refused;
        this.remove(path);
        return 'OK\0';
      }
      case 'SET_PERMS':
        return this.#setPermissions(domain, path, nearest, argument.split(' '));
      default:
        return name satisfies never;
    }
  }

  remove(path: string): void {
    const removed = new Map([...this.nodes].filter(([one]) => isBelow(one, path)));
    const parent = this.nodes.get(parentOf(path))!.permissions;
    for (const one of removed.keys()) this.nodes.delete(one);
    this.told.push({
      path,
      made: [],
      removed,
      permissionsOf: (one) => [
        removed.get(one)!.permissions,
        one === path ? parent : removed.get(parentOf(one))!.permissions,
      ],
    });
  }

  #put(domain: number, path: string, above: string, value: string | null): string {
    const nearest = this.nodes.get(above)!;
    if (!this.may(nearest.permissions, domain, 'w')) return 'EACCES';
    const size = value?.length ?? 0;
    if (domain !== 0 && size > this.#limits['node-size']) return 'ENOSPC';
    const permissionsOf = (one: string): readonly (readonly string[])[] => [
      this.nodes.get(one)!.permissions,
      this.nodes.get(parentOf(one))!.permissions,
    ];
    if (above === path) {
      if (value === null) return 'OK\0';
      const owner = domainOf(nearest.permissions[0]!);
      const more = size - nearest.value.length;
      if (domain !== 0 && owner !== 0 && more > 0 && this.used(owner).bytes + more > this.#limits.bytes)
        return 'ENOSPC';
      nearest.value = value;
      const seen = permissionsOf(path);
      this.told.push({ path, made: [], removed: new Map(), permissionsOf: () => seen });
      return 'OK\0';
    }
    const made: string[] = [];
    for (let one = path; one !== above; one = parentOf(one)) made.unshift(one);
    const permissions = [...nearest.permissions];
    if (domain !== 0) permissions[0] = `${permissions[0]![0]}${domain}`;
    const trial = this.clone();
    for (const one of made) trial.nodes.set(one, { value: '', permissions });
    trial.nodes.get(path)!.value = value ?? '';
    const { nodes, bytes } = trial.used(domain);
    if (domain !== 0 && (levels(path) > this.#limits.depth || nodes > this.#limits.nodes || bytes > this.#limits.bytes))
      return 'ENOSPC';
    for (const one of made)
      this.nodes.set(one, { value: one === path ? (value ?? '') : '', permissions: [...permissions] });
    const seen = new Map(made.map((one) => [one, permissionsOf(one)]));
    this.told.push({ path, made, removed: new Map(), permissionsOf: (one) => seen.get(one)! });
    return 'OK\0';
  }

  #setPermissions(domain: number, path: string, nearest: ReferenceNode, permissions: string[]): string {
    const owner = domainOf(nearest.permissions[0]!);
    if (domain !== 0 && owner !== domain && owner !== this.#targets.get(domain)) return 'EACCES';
    if (!this.nodes.has(path)) return 'ENOENT';
    if (domain !== 0) {
      if (permissions.length > this.#limits.permissions) return 'ENOSPC';
      if (domainOf(permissions[0]!) !== owner) return 'EPERM';
      const more = 8 * (permissions.length - nearest.permissions.length);
      if (owner !== 0 && more > 0 && this.used(owner).bytes + more > this.#limits.bytes) return 'ENOSPC';
    }
    const before = nearest.permissions;
    nearest.permissions = permissions;
    const seen = [before, permissions, this.nodes.get(parentOf(path))!.permissions];
    this.told.push({ path, made: [], removed: new Map(), permissionsOf: () => seen });
    return 'OK\0';
  }

  /** What a watch is told of what happened since the last time, by who may know. */
  eventsFor({ domain, path, told, depth }: ReferenceWatch): readonly string[] {
    const prefix = told.startsWith('/') ? 0 : `/local/domain/${domain}/`.length;
    const events = this.told.flatMap((change): readonly string[] => {
      const knows = (one: string): boolean =>
        change.permissionsOf(one).some((permissions) => this.may(permissions, domain, 'r'));
      if (isBelow(change.path, path)) {
        const near = (one: string): boolean => depth === null || levels(one) - levels(path) <= depth;
        const counted = near(change.path)
          ? change.path
          : change.made.filter((one) => near(one) && isBelow(one, path)).at(-1);
        return counted !== undefined && knows(counted) ? [counted.slice(prefix)] : [];
      }
      return change.removed.has(path) && knows(path) ? [told] : [];
    });
    return [...new Set(events)];
  }
}

export type { ReferenceWatch };
