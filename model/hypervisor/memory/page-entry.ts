/** What stands at a page of a domain, and where its content lies. Specified in `docs/systems/hypervisor.md`, "Page maps". */

/** In which memories a page lies. */
export type Copies = 'first' | 'second' | 'both';

/** Where a page's content lies: of both copies, in the same frame of either memory. */
export interface Backing {
  /** Of a super page the first of 512. */
  readonly frame: number;
  readonly copies: Copies;
  /** The form of the memory paths, 0 to 7. */
  readonly form: number;
  /** 512 pages in one entry; left out: one page. */
  readonly super?: boolean | undefined;
}

/** What a new page is to be. */
export type Wanted = Omit<Backing, 'frame'>;

export interface Rights {
  readonly read: boolean;
  readonly write: boolean;
  readonly execute: boolean;
  /** Both copies are read and compared. */
  readonly compare?: boolean | undefined;
}

/** Why a page's first write is led to a handler. */
export type Trap = 'snapshot' | 'watch';

/** What stands at a page. */
export type PageEntry =
  | { readonly kind: 'nothing' | 'given back' }
  | {
      /** `held`: whoever touches it waits. `lost`: the memory with its only copy died. */
      readonly kind: 'page' | 'held' | 'lost';
      readonly backing: Backing;
      /** What its owner set; a trap takes `write` away from it. */
      readonly rights: Rights;
      readonly trap: Trap | undefined;
      /** It is another domain's page, mapped here with a reference. */
      readonly foreign: boolean;
    }
  | {
      readonly kind: 'swept';
      /** Number in the table of patterns. */
      readonly pattern: number;
      readonly wanted: Wanted;
      readonly rights: Rights;
    };

export type PresentEntry = Extract<PageEntry, { readonly backing: Backing }>;

/** How a page is left when its frame goes. */
export type Leaving = 'nothing' | 'given back' | { readonly pattern: number };
