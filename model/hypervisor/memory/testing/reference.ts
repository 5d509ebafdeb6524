/** What domains should have, kept beside the hypervisor by plain means, and random operations on both. */
import fc from 'fast-check';
import type { HypervisorErrorCode } from '../errors.ts';
import type { Copies, Leaving, Trap } from '../interface.ts';

interface Content {
  value: number;
  /** It was only where a memory died. */
  lost: boolean;
}

export interface ReferencePage {
  kind: 'page' | 'held' | 'lost' | 'given back' | 'swept';
  copies: Copies;
  form: number;
  write: boolean;
  trap: Trap | undefined;
  pattern: number;
  content: Content;
  /** The page that this is a mapping of. */
  of: ReferencePage | undefined;
  references: number;
}

export interface PageName {
  readonly domain: number;
  readonly page: number;
}

export type Operation = PageName &
  (
    | { readonly kind: 'populate'; readonly copies: Copies; readonly form: number; readonly write: boolean }
    | { readonly kind: 'remove'; readonly leaving: Leaving }
    | { readonly kind: 'protect'; readonly write: boolean }
    | { readonly kind: 'trap'; readonly trap: Trap | undefined }
    | { readonly kind: 'move'; readonly copies: Copies; readonly form: number }
    | { readonly kind: 'hold' }
    | { readonly kind: 'unhold'; readonly leaving: Leaving | undefined }
    | { readonly kind: 'lend'; readonly to: PageName; readonly write: boolean }
    | { readonly kind: 'unmap' }
    | { readonly kind: 'store'; readonly value: number }
  );

export type Outcome = HypervisorErrorCode | 'done' | 'fault';

const present = (page: ReferencePage | undefined): page is ReferencePage =>
  page !== undefined && ['page', 'held', 'lost'].includes(page.kind);

export class Reference {
  readonly pages = new Map<string, ReferencePage>();
  /** The memory that is dead. */
  dead: 0 | 1 | undefined;

  at({ domain, page }: PageName): ReferencePage | undefined {
    return this.pages.get(`${domain}:${page}`);
  }

  #set({ domain, page }: PageName, entry: ReferencePage): void {
    this.pages.set(`${domain}:${page}`, entry);
  }

  refuses(copies: Copies): boolean {
    return this.dead !== undefined && copies === (this.dead === 0 ? 'first' : 'second');
  }

  /** Frees what a page has, and leaves it otherwise. */
  #leave(name: PageName, page: ReferencePage, leaving: Leaving): void {
    if (leaving === 'nothing') this.pages.delete(`${name.domain}:${name.page}`);
    else if (leaving === 'given back') page.kind = 'given back';
    else {
      page.kind = 'swept';
      page.pattern = leaving.pattern;
    }
    page.trap = undefined;
  }

  /** Whether a page is there that its owner may do with as it likes, or why not. */
  #own(page: ReferencePage): 'done' | 'EPERM' | 'EBUSY' {
    if (page.of !== undefined) return 'EPERM';
    return page.references > 0 ? 'EBUSY' : 'done';
  }

  #page(page: ReferencePage | undefined, kinds: readonly ReferencePage['kind'][]): Outcome {
    if (page !== undefined && kinds.includes(page.kind)) return 'done';
    return page?.kind === 'held' ? 'EBUSY' : 'ENOENT';
  }

  /** Does an operation here, and says how it ends. */
  do(operation: Operation): Outcome {
    const page = this.at(operation);
    if (operation.kind === 'populate') return this.#populate(operation, page);
    if (operation.kind === 'store') {
      if (page?.kind !== 'page' || !page.write || page.trap !== undefined) return 'fault';
      page.content.value = operation.value;
      return 'done';
    }
    const kinds = { remove: ['page', 'lost'], unhold: ['held'], unmap: ['page', 'lost'] } as const;
    const allowed = this.#page(page, operation.kind in kinds ? kinds[operation.kind as keyof typeof kinds] : ['page']);
    return allowed === 'done' ? this.#change(operation, page!) : allowed;
  }

  #populate(operation: Operation & { kind: 'populate' }, page: ReferencePage | undefined): Outcome {
    if (this.refuses(operation.copies)) return 'EIO';
    if (present(page)) return 'EEXIST';
    const { copies, form, write } = operation;
    const content = { value: 0, lost: false };
    const entry = { kind: 'page', copies, form, write, trap: undefined, pattern: 0, content, of: undefined } as const;
    this.#set(operation, { ...entry, references: 0 });
    return 'done';
  }

  #change(operation: Operation, page: ReferencePage): Outcome {
    const own = this.#own(page);
    switch (operation.kind) {
      case 'remove':
        if (own === 'done') this.#leave(operation, page, operation.leaving);
        return own;
      case 'protect':
        page.write = operation.write;
        return 'done';
      case 'trap':
        if (operation.trap !== undefined && own !== 'done') return own;
        page.trap = operation.trap;
        return 'done';
      case 'move':
        return this.#move(operation, page, own);
      case 'hold':
        page.kind = 'held';
        return 'done';
      case 'unhold':
        if (operation.leaving === undefined) page.kind = page.content.lost ? 'lost' : 'page';
        else if (own === 'done') this.#leave(operation, page, operation.leaving);
        return operation.leaving === undefined ? 'done' : own;
      case 'lend':
        return this.#lend(operation, page);
      case 'unmap':
        if (page.of === undefined) return 'ENOENT';
        page.of.references -= 1;
        this.#leave(operation, page, 'nothing');
        return 'done';
      default:
        return 'done';
    }
  }

  #move(wanted: { readonly copies: Copies; readonly form: number }, page: ReferencePage, own: Outcome): Outcome {
    if (own !== 'done') return own;
    const same = wanted.copies === page.copies && wanted.form === page.form;
    if (!same && this.refuses(wanted.copies)) return 'EIO';
    Object.assign(page, { copies: wanted.copies, form: wanted.form });
    return 'done';
  }

  #lend({ to, write }: Operation & { kind: 'lend' }, page: ReferencePage): Outcome {
    if (page.of !== undefined) return 'EPERM';
    if (page.trap !== undefined) return 'EBUSY';
    if (present(this.at(to))) return 'EEXIST';
    this.#set(to, { ...page, write, references: 0, of: page });
    page.references += 1;
    return 'done';
  }

  /** A memory died: what is only there is lost, but for what is held, until it is not. */
  die(memory: 0 | 1): void {
    this.dead = memory;
    for (const page of this.pages.values()) {
      if (!present(page) || !this.refuses(page.copies)) continue;
      page.content.lost = true;
      if (page.kind === 'page') page.kind = 'lost';
    }
  }
}

const copies = fc.constantFrom<Copies>('both', 'both', 'first', 'second');
const form = fc.constantFrom(0, 0, 1, 2);
const leaving = fc.oneof(
  fc.constantFrom<Leaving>('nothing', 'given back'),
  fc.nat(65535).map((pattern): Leaving => ({ pattern })),
);
const write = fc.boolean();

/** Operations on few pages of some domains, so that they meet. */
export const operations = (domains: readonly number[], pages: readonly number[]): fc.Arbitrary<Operation> => {
  const name = fc.record({ domain: fc.constantFrom(...domains), page: fc.constantFrom(...pages) });
  const kinds: readonly fc.Arbitrary<Record<string, unknown>>[] = [
    fc.record({ kind: fc.constant('populate'), copies, form, write }),
    fc.record({ kind: fc.constant('populate'), copies, form, write: fc.constant(true) }),
    fc.record({ kind: fc.constant('remove'), leaving }),
    fc.record({ kind: fc.constant('protect'), write }),
    fc.record({ kind: fc.constant('trap'), trap: fc.constantFrom<Trap | undefined>('snapshot', 'watch', undefined) }),
    fc.record({ kind: fc.constant('move'), copies, form }),
    fc.record({ kind: fc.constant('hold') }),
    fc.record({ kind: fc.constant('unhold'), leaving: fc.option(leaving, { nil: undefined }) }),
    fc.record({ kind: fc.constant('lend'), to: name, write }),
    fc.record({ kind: fc.constant('unmap') }),
    fc.record({ kind: fc.constant('store'), value: fc.nat(2 ** 31) }),
    fc.record({ kind: fc.constant('store'), value: fc.nat(2 ** 31) }),
  ];
  return fc.tuple(name, fc.oneof(...kinds)).map(([at, rest]) => ({ ...rest, ...at }) as Operation);
};
