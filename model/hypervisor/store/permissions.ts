import { StoreError } from './errors.ts';

/** What a domain may do with a node: nothing, read, write, both. */
export type Access = 'n' | 'r' | 'w' | 'b';

export interface Permission {
  readonly access: Access;
  readonly domain: number;
}

/** The first is the owner's, whose access is that of everybody who is not in the list; so there is always one. */
export type Permissions = readonly [Permission, ...Permission[]];

/** Who asks. */
export interface Caller {
  readonly domain: number;
  /** The domain whose rights it has beside its own. */
  readonly target: number | undefined;
}

export const ownerOf = (permissions: Permissions): number => permissions[0].domain;

const accessOf = (permissions: Permissions, domain: number): Access => {
  if (permissions[0].domain === domain) return 'b';
  return (permissions.find((one) => one.domain === domain) ?? permissions[0]).access;
};

const allows = (permissions: Permissions, caller: Caller, kind: 'r' | 'w'): boolean => {
  if (caller.domain === 0) return true;
  const allowed = (domain: number): boolean => {
    const access = accessOf(permissions, domain);
    return access === kind || access === 'b';
  };
  return allowed(caller.domain) || (caller.target !== undefined && allowed(caller.target));
};

export const mayRead = (permissions: Permissions, caller: Caller): boolean => allows(permissions, caller, 'r');
export const mayWrite = (permissions: Permissions, caller: Caller): boolean => allows(permissions, caller, 'w');
export const mayOwn = (permissions: Permissions, { domain, target }: Caller): boolean =>
  domain === 0 || ownerOf(permissions) === domain || ownerOf(permissions) === target;

/** A domain's number, as messages carry it. @throws StoreError EINVAL */
export const readDomain = (text: string): number => {
  const domain = /^\d{1,5}$/.test(text) ? Number(text) : 65_536;
  if (domain > 65_535) throw new StoreError('EINVAL', `'${text}' is no number of a domain`);
  return domain;
};

/** @throws StoreError EINVAL */
export const readPermissions = (texts: readonly string[]): Permissions => {
  const [first, ...rest] = texts.map((text): Permission => {
    const access = text.charAt(0);
    if (access !== 'n' && access !== 'r' && access !== 'w' && access !== 'b')
      throw new StoreError('EINVAL', `'${text}' is no permission: n, r, w or b, and the number of a domain`);
    return { access, domain: readDomain(text.slice(1)) };
  });
  if (first === undefined) throw new StoreError('EINVAL', 'a node has one permission at least');
  return [first, ...rest];
};

export const writePermission = ({ access, domain }: Permission): string => `${access}${domain}`;

/** What a new node has below one with these. */
export const inherited = (permissions: Permissions, { domain }: Caller): Permissions => {
  const [first, ...rest] = permissions;
  return domain === 0 || first.domain === domain ? permissions : [{ access: first.access, domain }, ...rest];
};

/** Without a domain that is gone. Not for what it owns. */
export const without = (permissions: Permissions, domain: number): Permissions => {
  const [first, ...rest] = permissions;
  return rest.some((one) => one.domain === domain)
    ? [first, ...rest.filter((one) => one.domain !== domain)]
    : permissions;
};
