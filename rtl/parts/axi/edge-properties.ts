import { type Bits, bit, type ModuleBody, type Value } from '../../hdl/index.ts';
import { addressRules } from './address-properties.ts';
import { handshakeRules } from './checking.ts';
import type { AgedList } from './outstanding.ts';
import { readRules } from './read-properties.ts';
import { axi4Rules } from './rules.ts';
import { type WriteLists, writeRules } from './write-properties.ts';

/**
 * The rules of AXI4 on the channels of one direction: those of `axi4Properties`, with the checker's lists of what is under way at hand for lemmas. One
 * direction of a block is proved at a time, without the hardware of the other.
 */

/** Whose rules are asserted at an edge, and whether those of the other side are assumed: else it does anything. */
export interface EdgeRole {
  readonly edge: 's_axi' | 'm_axi';
  readonly proves: 'manager' | 'subordinate' | 'neither';
  readonly trusts: boolean;
}

type Signals = Readonly<Record<string, Bits>>;
const ruleOf = new Map<string, (typeof axi4Rules)[number]>(axi4Rules.map((rule) => [rule.name, rule]));

/** Asserts or assumes each rule. The checker's lists are long enough: that its limits are never met is asserted too. */
const stater =
  (m: ModuleBody, { edge, proves, trusts }: EdgeRole) =>
  (name: string, broken: Bits<1>): void => {
    const rule = ruleOf.get(name);
    if (rule === undefined) throw new Error(`there is no rule ${name}`);
    if (rule.kind === 'recommendation') return;
    if (rule.kind === 'limit' || rule.keeper === proves) m.assert(broken.not(), `${edge}: ${name}`);
    else if (trusts) m.assume(broken.not(), `${edge}: ${name}`);
  };

const requestFields = ['id', 'addr', 'len', 'size', 'burst', 'lock', 'cache', 'prot', 'qos', 'region'] as const;

/** The signals of a channel by their names less its own, and its handshake. */
const channelOf = (
  m: ModuleBody,
  bus: object,
  channel: 'aw' | 'w' | 'b' | 'ar' | 'r',
  fields: readonly string[],
  never: (name: string, broken: Bits<1>) => void,
  fresh: Bits<1>,
) => {
  const signal = (name: string): Bits => Reflect.get(bus, `${channel}${name}`) as Bits;
  const signals: Signals = Object.fromEntries(fields.map((name) => [name, signal(name)]));
  const [valid, ready] = [signal('valid') as Bits<1>, signal('ready') as Bits<1>];
  const { starts, fires } = handshakeRules(
    m,
    channel,
    { valid, ready, payload: Object.values(signals) as readonly Value[] },
    fresh,
    never,
  );
  return { ...(signals as { readonly [Name in (typeof requestFields)[number]]: Bits }), valid, starts, fire: fires };
};

const freshIn = (m: ModuleBody): Bits<1> => {
  const { fresh } = m.regs({ fresh: { type: bit, reset: 1 } });
  fresh.set(0);
  return fresh;
};

/** The rules of the read channels. @returns the reads under way */
export const readEdge = (
  m: ModuleBody,
  bus: object,
  p: { readonly busBytes: number; readonly most: number },
  role: EdgeRole,
): AgedList<'id' | 'lock' | 'left'> => {
  const never = stater(m, role);
  const fresh = freshIn(m);
  const ar = channelOf(m, bus, 'ar', requestFields, never, fresh);
  const r = channelOf(m, bus, 'r', ['id', 'data', 'resp', 'last'], never, fresh);
  addressRules('ar', { ...ar, lock: ar.lock.bit(0) }, p.busBytes, never);
  const last = Reflect.get(bus, 'rlast') as Bits<1>;
  const resp = Reflect.get(bus, 'rresp') as Bits;
  return readRules(m, { ar: { ...ar, lock: ar.lock.bit(0) }, r: { ...r, resp, last } }, p.most, never);
};

/** The rules of the write channels. @returns what is under way */
export const writeEdge = (
  m: ModuleBody,
  bus: object,
  p: { readonly busBytes: number; readonly most: number; readonly dataAhead: number },
  role: EdgeRole,
): WriteLists => {
  const never = stater(m, role);
  const fresh = freshIn(m);
  const aw = channelOf(m, bus, 'aw', requestFields, never, fresh);
  const w = channelOf(m, bus, 'w', ['data', 'strb', 'last'], never, fresh);
  const b = channelOf(m, bus, 'b', ['id', 'resp'], never, fresh);
  addressRules('aw', { ...aw, lock: aw.lock.bit(0) }, p.busBytes, never);
  const [strb, last] = [Reflect.get(bus, 'wstrb') as Bits, Reflect.get(bus, 'wlast') as Bits<1>];
  const resp = Reflect.get(bus, 'bresp') as Bits;
  return writeRules(
    m,
    { aw: { ...aw, lock: aw.lock.bit(0) }, w: { ...w, strb, last }, b: { ...b, resp } },
    { maxOutstanding: p.most, dataAhead: p.dataAhead, busBytes: p.busBytes },
    never,
  );
};
