/** The trap: a call block is read once, its call done, its result written. Source: `docs/systems/hypervisor.md`, "Calls". */
import { PowerCutError } from '../../hardware/platform/index.ts';
import type { SharedPages } from '../domains/shared-pages.ts';
import { PageFault } from '../guest/errors.ts';
import { callBlock, callRequestBytes, firstTrustedCall, mostListWords } from '../guest/layout.ts';
import type { Call, CallHandler, CallTable } from '../interface.ts';
import { HypervisorError } from '../memory/interface.ts';
import { wordsOf } from '../memory/words.ts';
import type { Thread } from '../schedule/index.ts';
import { type Faults, piecesOf } from '../virtual/faults.ts';
import { CallRefusal, refusalResult } from './refusal.ts';

export interface Caller {
  readonly thread: Thread;
  readonly domain: number;
  readonly virtualProcessor: number;
}

const never = new Promise<never>(() => {});

export class HandledCalls implements CallTable {
  readonly #shared: SharedPages;
  readonly #faults: Faults;
  readonly #fail: (error: unknown) => void;
  readonly #handlers = new Map<bigint, CallHandler>();

  /** @param fail ends everything for an error of the hypervisor's own */
  constructor(shared: SharedPages, faults: Faults, fail: (error: unknown) => void) {
    this.#shared = shared;
    this.#faults = faults;
    this.#fail = fail;
  }

  provide(number: number, handler: CallHandler): void {
    if (this.#handlers.has(BigInt(number))) throw new RangeError(`call ${number} has its handler already`);
    this.#handlers.set(BigInt(number), handler);
  }

  /** Does the call in a virtual processor's block. Does not return to one that has ended by it. */
  async trap(caller: Caller): Promise<void> {
    try {
      const { thread, domain, virtualProcessor } = caller;
      const at = callBlock(virtualProcessor);
      const request = await thread.access(async (processor) => {
        const page = await this.#shared.view(processor, domain, 'shared');
        return wordsOf(await page.read(at, callRequestBytes));
      });
      const result = await this.#result(caller, request);
      await thread.access(async (processor) => {
        const page = await this.#shared.view(processor, domain, 'shared');
        await page.write64(at + callRequestBytes, BigInt.asUintN(64, result));
      });
    } catch (error) {
      if (error instanceof PowerCutError) throw error;
      this.#fail(error);
      await never;
    }
  }

  async #result(caller: Caller, [number, ...given]: readonly bigint[]): Promise<bigint> {
    try {
      if (number! >= BigInt(firstTrustedCall) && caller.domain !== 0)
        throw new HypervisorError('EPERM', `call ${number} is domain 0's`);
      const handler = this.#handlers.get(number!);
      if (handler === undefined) throw new CallRefusal('ENOSYS', `there is no call ${number}`);
      const call: Call = {
        ...caller,
        number: Number(number),
        arguments: given,
        list: (address, count) => this.#list(caller, address, count),
      };
      return BigInt(await handler(call));
    } catch (error) {
      const result = refusalResult(error);
      if (result === undefined) throw error;
      return result;
    }
  }

  async #list({ thread, domain }: Caller, address: bigint, count: bigint): Promise<readonly bigint[]> {
    if (count > BigInt(mostListWords))
      throw new HypervisorError('EINVAL', `a list of ${count} words is longer than ${mostListWords}`);
    if (address >= 2n ** 39n)
      throw new CallRefusal('EFAULT', `a list at 0x${address.toString(16)} is beyond all pages`);
    const start = Number(address);
    const bytes = new Uint8Array(8 * Number(count));
    try {
      for (const piece of piecesOf(start, bytes.length)) {
        const access = { ...piece, domain, write: false };
        const data = await this.#faults.access(thread, access, (processor) =>
          processor.as({ domain, privileged: false }).read(piece.address, piece.bytes),
        );
        bytes.set(data, piece.address - start);
      }
    } catch (error) {
      if (error instanceof PageFault) throw new CallRefusal('EFAULT', error.message);
      throw error;
    }
    return wordsOf(bytes);
  }
}
