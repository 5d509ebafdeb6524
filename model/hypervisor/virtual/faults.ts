/** What becomes of an access that the machine answers with an error. Source: `docs/systems/hypervisor.md`, "Faults". */
import { BusError, type Processor } from '../../hardware/platform/index.ts';
import { PageFault, type PageFaultKind } from '../guest/errors.ts';
import { pageBytes } from '../guest/layout.ts';
import type { FaultHandler, FaultHandlers } from '../interface.ts';
import type { Explanation, FaultedAccess, HypervisorMemory } from '../memory/interface.ts';
import type { Thread } from '../schedule/index.ts';

/** How often an access is tried again for which nothing is found that forbids it. */
const mostTries = 8;

type HandledKind = Parameters<FaultHandlers['handle']>[0];
type Found = Exclude<Explanation, { readonly kind: 'none' }>;

/** What the program is told where nobody brings the page back. */
const toldAs: Readonly<Record<Found['kind'], PageFaultKind>> = {
  held: 'refused',
  'given back': 'given back',
  lost: 'lost',
  nothing: 'nothing',
  'no right': 'no right',
  swept: 'nothing',
  trap: 'no right',
};

export class Faults implements FaultHandlers {
  readonly #memory: HypervisorMemory;
  readonly #handlers = new Map<HandledKind, FaultHandler>();

  constructor(memory: HypervisorMemory) {
    this.#memory = memory;
  }

  handle(kind: HandledKind, handler: FaultHandler): void {
    if (this.#handlers.has(kind)) throw new RangeError(`pages that are '${kind}' have their handler already`);
    this.#handlers.set(kind, handler);
  }

  /**
   * Makes an access within one page, as often as it takes.
   *
   * @throws PageFault when it cannot be done
   */
  async access<Result>(
    thread: Thread,
    access: FaultedAccess,
    go: (processor: Processor) => Promise<Result>,
  ): Promise<Result> {
    for (let tries = 0; tries <= mostTries; ) {
      const outcome = await thread.access(async (processor) => {
        try {
          return { result: await go(processor) };
        } catch (error) {
          if (!(error instanceof BusError)) throw error;
          return { processor, explanation: await this.#memory.explain(processor, access) };
        }
      });
      if ('result' in outcome) return outcome.result;
      const { explanation, processor } = outcome;
      if (explanation.kind === 'none') tries += 1;
      else if (await this.#resolve(thread, processor, access, explanation)) tries = 0;
      else throw new PageFault(toldAs[explanation.kind], access.address, access.write);
    }
    throw new PageFault('refused', access.address, access.write);
  }

  /** Does what lets the access be tried again. Says whether it is to be. */
  async #resolve(
    thread: Thread,
    processor: Processor,
    { domain, write }: FaultedAccess,
    found: Found,
  ): Promise<boolean> {
    const { page } = found;
    if (found.kind === 'held') {
      await thread.suspend(this.#memory.maps.settled(processor, domain, page));
      return true;
    }
    const kind = found.kind === 'trap' ? found.trap : found.kind;
    const handler = kind === 'lost' || kind === 'nothing' || kind === 'no right' ? undefined : this.#handlers.get(kind);
    if (handler === undefined) return false;
    return handler(thread, { domain, page, write, ...(found.kind === 'swept' && { pattern: found.pattern }) });
  }
}

/** The parts of some bytes that lie in one page each. */
export const piecesOf = (
  address: number,
  bytes: number,
): readonly { readonly address: number; readonly bytes: number }[] => {
  const pieces: { readonly address: number; readonly bytes: number }[] = [];
  for (let at = address; at < address + bytes; ) {
    const end = Math.min(address + bytes, (Math.floor(at / pageBytes) + 1) * pageBytes);
    pieces.push({ address: at, bytes: end - at });
    at = end;
  }
  return pieces;
};
