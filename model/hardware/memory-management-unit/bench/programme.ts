/** Software of a processor, cycle by cycle, so that several may run at once. */
import type { Part } from './part.ts';

/** Each `yield` is the end of a cycle: before it, inputs of the cycle are set; after it, the next cycle's outputs are there. */
export type Programme<Result = void> = Generator<undefined, Result, void>;

/** Cycles after which something that has not come is said never to come. */
export const patience = 60_000;

export function* rest(cycles: number): Programme {
  for (let count = 0; count < cycles; count += 1) yield;
}

interface RegisterAccess {
  readonly prefix: string;
  readonly write: boolean;
  readonly address: number;
  readonly value: number;
}

/** From the request's first cycle to that of its answer. */
function* access(part: Part, { prefix, write, address, value }: RegisterAccess): Programme<number> {
  const set = (signal: string, to: number): void => part.set(`${prefix}_${signal}`, to);
  const back = write ? 'b' : 'r';
  const open = new Set(write ? ['aw', 'w'] : ['ar']);
  set(write ? 'awaddr' : 'araddr', address);
  set('wdata', value);
  set('wstrb', 15);
  for (const channel of open) set(`${channel}valid`, 1);
  set(`${back}ready`, 1);
  for (let count = 0; count < patience; count += 1) {
    const answered = part.is(`${prefix}_${back}valid`);
    const response = part.get(`${prefix}_${back}resp`);
    const data = part.get(`${prefix}_rdata`);
    const taken = [...open].filter((channel) => part.is(`${prefix}_${channel}ready`));
    yield;
    for (const channel of taken) {
      open.delete(channel);
      set(`${channel}valid`, 0);
    }
    if (!answered) continue;
    set(`${back}ready`, 0);
    if (response !== 0) throw new Error(`an access to register 0x${address.toString(16)} was refused`);
    return data;
  }
  throw new Error(`an access to register 0x${address.toString(16)} is not answered`);
}

/** @param prefix of the register port */
export const registerRead = (part: Part, address: number, prefix = 's_axil'): Programme<number> =>
  access(part, { prefix, write: false, address, value: 0 });

/** @param prefix as above */
export function* registerWrite(part: Part, address: number, value: number, prefix = 's_axil'): Programme {
  yield* access(part, { prefix, write: true, address, value });
}
