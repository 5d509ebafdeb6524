/** Requests that read or change a tree: what each does, who may, and what it counts. Nothing but the tree, the quotas and who asks decides. */
import { StoreError, type StoreErrorName } from './errors.ts';
import type { Path } from './path.ts';
import {
  type Caller,
  inherited,
  mayOwn,
  mayRead,
  mayWrite,
  ownerOf,
  type Permissions,
  writePermission,
} from './permissions.ts';
import type { Quotas } from './quotas.ts';
import { type Node, permissionBytes, type Tree } from './tree.ts';
import { encodeTexts, payloadLimit } from './wire.ts';

export type TreeRequest = { readonly path: Path } & (
  | { readonly kind: 'READ' | 'DIRECTORY' | 'GET_PERMS' | 'MKDIR' | 'RM' }
  | { readonly kind: 'DIRECTORY_PART'; readonly offset: number }
  | { readonly kind: 'WRITE'; readonly value: Uint8Array }
  | { readonly kind: 'SET_PERMS'; readonly permissions: Permissions }
);

/** What watches are told of. */
export interface Change {
  readonly path: Path;
  /** How many names lead to the first node that was made; all of them, where none was made on the way. */
  readonly first: number;
  /** Of the node, before and after; one of them lets its readers know. */
  readonly own: readonly Permissions[];
  /** Of the parent of the first node. */
  readonly above: Permissions;
  /** What went. */
  readonly removed: Node | null;
}

/** How a request ended. */
export interface Outcome {
  readonly answer: Uint8Array | StoreErrorName;
  /** What must be the same again if the request is run again: the answer, if this is left out. */
  readonly seen?: Uint8Array;
  readonly change?: Change;
}

export const done = encodeTexts('OK');

/** A node that may be reached. @throws StoreError ENOENT, or EACCES where its absence is not for the caller to know */
const reach = (
  tree: Tree,
  path: Path,
  caller: Caller,
  may: (permissions: Permissions, caller: Caller) => boolean,
): Node => {
  const { node, count } = tree.nearest(path.names);
  if (!may(node.permissions, caller)) throw new StoreError('EACCES', path.text);
  if (count < path.names.length) throw new StoreError('ENOENT', path.text);
  return node;
};

const parentOf = (tree: Tree, path: Path): Node => tree.find(path.names.slice(0, -1)) ?? tree.root;

const list = (node: Node): Uint8Array => {
  let length = 0;
  for (const name of node.children.keys())
    if ((length += name.length + 1) > payloadLimit) throw new StoreError('E2BIG');
  return encodeTexts(...node.children.keys());
};

/** Of the list of children, from an offset on, what fits; an empty name ends the list. */
const listPart = (node: Node, offset: number): Outcome => {
  const generation = encodeTexts(String(node.generation));
  const names: string[] = [];
  let room = payloadLimit - generation.length - 1;
  let at = 0;
  let whole = true;
  for (const name of node.children.keys()) {
    const end = at + name.length + 1;
    if (end > offset) {
      const part = name.slice(Math.max(0, offset - at));
      if ((room -= part.length + 1) < 0) {
        whole = false;
        break;
      }
      names.push(part);
    }
    at = end;
  }
  const seen = encodeTexts(...names, ...(whole ? [''] : []));
  return { answer: Uint8Array.from([...generation, ...seen]), seen };
};

/** The value that a node is to have, and the node, made if it was not there. */
const put = (tree: Tree, path: Path, caller: Caller, quotas: Quotas, value: Uint8Array | null): Outcome => {
  const { names } = path;
  const { node, count } = tree.nearest(names);
  if (!mayWrite(node.permissions, caller)) throw new StoreError('EACCES', path.text);
  if (value !== null) quotas.check('node-size', caller.domain, value.length);
  const length = value?.length ?? 0;
  if (count === names.length) {
    if (value === null) return { answer: done };
    const owner = ownerOf(node.permissions);
    const more = length - node.value.length;
    if (more > 0 && caller.domain !== 0) quotas.check('bytes', owner, tree.usage(owner).bytes + more);
    const above = parentOf(tree, path).permissions;
    tree.write(names, value);
    return { answer: done, change: { path, first: count, own: [node.permissions], above, removed: null } };
  }
  const permissions = inherited(node.permissions, caller);
  const made = names.slice(count);
  const bytes = made.reduce((sum, name) => sum + name.length + permissionBytes * permissions.length, length);
  const used = tree.usage(caller.domain);
  quotas.check('depth', caller.domain, names.length);
  quotas.check('nodes', caller.domain, used.nodes + made.length);
  quotas.check('bytes', caller.domain, used.bytes + bytes);
  const above = node.permissions;
  tree.make(names, permissions);
  if (length > 0) tree.write(names, value!);
  return { answer: done, change: { path, first: count + 1, own: [permissions], above, removed: null } };
};

const remove = (tree: Tree, path: Path, caller: Caller): Outcome => {
  const { node, count } = tree.nearest(path.names);
  if (path.names.length === 0) throw new StoreError('EINVAL', 'the root cannot be removed');
  if (!mayWrite(node.permissions, caller)) throw new StoreError('EACCES', path.text);
  if (count < path.names.length - 1) throw new StoreError('ENOENT', path.text);
  if (count < path.names.length) return { answer: done };
  return { answer: done, change: removal(tree, path) };
};

/** Takes a node that is there away, whoever asks. */
export const removal = (tree: Tree, path: Path): Change => {
  const above = parentOf(tree, path).permissions;
  const removed = tree.remove(path.names);
  return { path, first: path.names.length, own: [removed.permissions], above, removed };
};

const setPermissions = (tree: Tree, path: Path, caller: Caller, quotas: Quotas, permissions: Permissions): Outcome => {
  const before = reach(tree, path, caller, mayOwn).permissions;
  quotas.check('permissions', caller.domain, permissions.length);
  if (caller.domain !== 0) {
    const owner = ownerOf(before);
    if (ownerOf(permissions) !== owner) throw new StoreError('EPERM', `only domain 0 gives ${path.text} to another`);
    const more = permissionBytes * (permissions.length - before.length);
    if (more > 0) quotas.check('bytes', owner, tree.usage(owner).bytes + more);
  }
  const parent = parentOf(tree, path).permissions;
  tree.setPermissions(path.names, permissions);
  const above = path.names.length === 0 ? permissions : parent;
  return { answer: done, change: { path, first: path.names.length, own: [before, permissions], above, removed: null } };
};

const run = (tree: Tree, caller: Caller, quotas: Quotas, request: TreeRequest): Outcome => {
  const { path } = request;
  switch (request.kind) {
    case 'READ':
      return { answer: reach(tree, path, caller, mayRead).value };
    case 'DIRECTORY':
      return { answer: list(reach(tree, path, caller, mayRead)) };
    case 'DIRECTORY_PART':
      return listPart(reach(tree, path, caller, mayRead), request.offset);
    case 'GET_PERMS': {
      const answer = encodeTexts(...reach(tree, path, caller, mayRead).permissions.map(writePermission));
      if (answer.length > payloadLimit) throw new StoreError('E2BIG');
      return { answer };
    }
    case 'WRITE':
      return put(tree, path, caller, quotas, request.value);
    case 'MKDIR':
      return put(tree, path, caller, quotas, null);
    case 'RM':
      return remove(tree, path, caller);
    case 'SET_PERMS':
      return setPermissions(tree, path, caller, quotas, request.permissions);
    default:
      return request satisfies never;
  }
};

/** Does a request, wholly or not at all. */
export const perform = (tree: Tree, caller: Caller, quotas: Quotas, request: TreeRequest): Outcome => {
  try {
    return run(tree, caller, quotas, request);
  } catch (error) {
    if (error instanceof StoreError) return { answer: error.code };
    throw error;
  }
};

/** Whether a request ended as it did before. */
export const sameOutcome = (one: Outcome, other: Outcome): boolean => {
  const [a, b] = [one.seen ?? one.answer, other.seen ?? other.answer];
  if (a === b) return true;
  return typeof a !== 'string' && typeof b !== 'string' && Buffer.compare(a, b) === 0;
};
