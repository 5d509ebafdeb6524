/** What the small machines have in common: choices, queues, a bus that nobody drives. */
import { all, any, type Bits, bit, bits, lit, type ModuleBody, mux } from '../../rtl/hdl/index.ts';
import { register, word } from '../../rtl/parts/rings.ts';

/** Deals out the bits of the input `choices`, each with the condition under which it matters. */
export class Choices {
  readonly #input: Bits;
  readonly #matter: Bits<1>[] = [];

  constructor(input: Bits) {
    this.#input = input;
  }

  /** 1 where it is chosen, and only while it matters. */
  when(matters: Bits<1>): Bits<1> {
    const at = this.#matter.length;
    if (at >= this.#input.width) throw new Error(`there are ${this.#input.width} choices, and one more is asked for`);
    this.#matter.push(matters);
    return this.#input.bit(at).and(matters) as Bits<1>;
  }

  get matters(): Bits {
    const rest = Array.from({ length: this.#input.width - this.#matter.length }, () => lit(1, 0) as Bits<1>);
    return word([...this.#matter, ...rest]);
  }
}

/** A queue of two. It is read where it is not empty, and written where it is not full. */
export const queueOfTwo = (m: ModuleBody, name: string, width: number) => {
  const count = register(m, `${name}_count`, bits(2));
  const first = register(m, `${name}_0`, bits<number>(width));
  const second = register(m, `${name}_1`, bits<number>(width));
  return {
    first: first as Bits,
    second: second as Bits,
    isEmpty: count.eq(0),
    holdsTwo: count.eq(2),
    free: count.ne(2),
    count: count as Bits,
    /** At the edge; what comes into a full queue must find a place that is taken out of it. */
    moves: (push: Bits<1>, what: Bits, pop: Bits<1>): void => {
      const left = count.subtract(pop.extend(2));
      count.set(left.add(push.extend(2)));
      const toFirst = all([push, left.eq(0)]);
      // What is not there is zero.
      first.set(mux(toFirst, what, mux(pop, second, first)) as Bits);
      second.set(mux(all([push, left.eq(1)]), what, mux(pop, lit<number>(width, 0), second)) as Bits);
    },
  };
};
export type QueueOfTwo = ReturnType<typeof queueOfTwo>;

/** Drives the inputs of an interface that nobody uses with zeros. */
export const leaveIdle = (bus: object, names: readonly string[]): void => {
  for (const name of names) (Reflect.get(bus, name) as { set(value: number): void }).set(0);
};

/** The manager's side of AXI4, and of AXI4-Lite. */
export const managerSignals = [
  ...['aw', 'ar'].flatMap((channel) =>
    ['id', 'addr', 'len', 'size', 'burst', 'lock', 'cache', 'prot', 'qos', 'region', 'valid'].map(
      (name) => `${channel}${name}`,
    ),
  ),
  ...['wdata', 'wstrb', 'wlast', 'wvalid', 'bready', 'rready'],
];
export const subordinateSignals = [
  ...['awready', 'wready', 'arready', 'bid', 'bresp', 'bvalid'],
  ...['rid', 'rdata', 'rresp', 'rlast', 'rvalid'],
];
export const liteManagerSignals = [
  ...['awaddr', 'awprot', 'awvalid', 'wdata', 'wstrb', 'wvalid', 'bready'],
  ...['araddr', 'arprot', 'arvalid', 'rready'],
];

export const anyOf = (flags: readonly Bits<1>[]): Bits<1> => (flags.length === 0 ? (lit(1, 0) as Bits<1>) : any(flags));

/** Whether what the register of a channel shows has just been loaded. */
export const justLoaded = (m: ModuleBody, name: string, valid: Bits<1>, ready: Bits<1>): Bits<1> => {
  const { [name]: empty } = m.regs({ [name]: { type: bit, reset: 1 } });
  const before = empty as Bits<1> & { set(value: Bits<1>): void };
  before.set(all([valid, ready.not()]).not());
  return all([before, valid]);
};

type Port = Bits & { set(value: Bits | number | bigint): void };

/** The signals of an instance, or of a bundle, by name. */
export const portOf =
  (bus: object) =>
  (name: string): Port =>
    Reflect.get(bus, name) as Port;

/** What a unit tells the keeper, and what it is told. */
export const toldToKeeper = [
  ...['cookie_index', 'bump_busy', 'turn_request', 'event_error', 'event_failure', 'event_timeout', 'claim_busy'],
] as const;
const toldToOne = ['cookie_value', 'turn', 'turn_contended'];
const toldToAll = [
  ...['bump', 'bump_index', 'bump_flush', 'failed', 'restoring', 'port_clear', 'claim', 'claim_memory', 'claim_frame'],
];

/** Connects a unit to its keeper. */
export const connectUnit = (keeper: object, unit: object, number: number): void => {
  const [above, below] = [portOf(keeper), portOf(unit)];
  for (const signal of toldToKeeper) above(`u${number}_${signal}`).set(below(signal));
  for (const signal of toldToOne) below(signal).set(above(`u${number}_${signal}`));
  for (const signal of toldToAll) below(signal).set(above(signal));
};

/** Whether the beat that is sent is the last of its burst of one or two. */
export const lastBeat = (m: ModuleBody, name: string, beats: 1 | 2, sends: Bits<1>): Bits<1> => {
  const half = register(m, name, bit);
  half.set(beats === 1 ? half.and(0) : half.xor(sends));
  return beats === 1 ? (lit(1, 1) as Bits<1>) : half;
};
