/**
 * One transaction of one direction: of any manager, under any of its identifiers, any one that is taken in a cycle in which the input `chosen` is 1. What is shown of it
 * holds of every transaction. It is followed by handshakes at the ports, from the manager's request to the subordinate's.
 */
import { all, type Bits, bit, bits, concat, lit, log2Ceil, type ModuleBody, mux, select } from '../hdl/index.ts';
import { register } from '../parts/rings.ts';
import { range } from '../parts/seen.ts';
import { managerWidth, regionsOf } from './interface.ts';
import { addressChannel } from './ports.ts';
import type { Proven } from './properties-surroundings.ts';
import { type Direction, type Geometry, request } from './shapes.ts';

/** A register whose value is set elsewhere too. */
export type Kept<T extends Bits> = T & { set(value: Bits | number): void };
export const kept = (m: ModuleBody, name: string, width: number): Kept<Bits> =>
  register(m, name, bits<number>(width)) as Kept<Bits>;
export const keptFlag = (m: ModuleBody, name: string): Kept<Bits<1>> => register(m, name, bit) as Kept<Bits<1>>;

/** A number that is anything, and stays. */
export const anyNumber = (m: ModuleBody, name: string, width: number): Bits => {
  const { [name]: value } = m.regs({ [name]: { type: bits<number>(width), reset: 'none' } });
  if (value === undefined) throw new Error('the register was just declared');
  value.set(value);
  return value;
};

/** Counts of what is in flight, in bits: there are at most 18 of a manager, and as many as all have at a subordinate. */
const wide = 8;
const sum = (terms: readonly Bits[]): Bits =>
  terms.reduce<Bits>((left, right) => left.add(right.resize<number>(wide)), lit<number>(wide, 0));
export const one = (flag: Bits<1>): Bits => flag.extend<number>(wide);
export { sum, wide };

/** Counts what enters and leaves. */
export const balance = (m: ModuleBody, name: string, enters: Bits<1>, leaves: Bits<1>): Bits => {
  const open = kept(m, name, wide);
  open.set(open.add(one(enters)).subtract(one(leaves)));
  return open;
};

/** The number of the subordinate that owns an address, as the page has it: the lowest whose region holds it, else S. */
export const ownerOf = (p: Geometry, address: Bits): Bits => {
  const width = log2Ceil(p.subordinates + 1);
  return [...regionsOf(p).entries()].reduceRight<Bits>(
    (others, [port, { base, size }]) =>
      mux(address.ge(base).and(address.le(base + size - 1)), lit<number>(width, port), others),
    lit<number>(width, p.subordinates),
  );
};

export const requestFields = (p: Geometry) =>
  Object.keys(request(p).fields) as (keyof ReturnType<typeof request>['fields'])[];
type Field = ReturnType<typeof requestFields>[number];

export const requestPaths = (p: Geometry, direction: Direction): readonly string[] => [
  ...range(p.managers).flatMap((port) => [
    `${direction}_intake_${port}.request_full`,
    ...requestFields(p).map((field) => `${direction}_intake_${port}.request_held_${field}`),
  ]),
  ...range(p.subordinates).flatMap((port) => [
    `${direction}_choice_${port}.full`,
    ...requestFields(p).map((field) => `${direction}_choice_${port}.payload_${field}`),
  ]),
];

/** Of the manager that is followed: its signals, and those of the parts of its port. */
export const followedManager = (p: Geometry, { m, managers, seen }: Proven) => {
  const number = anyNumber(m, 'its_manager', Math.max(1, managerWidth(p)));
  m.assume(number.le(p.managers - 1), 'the manager that is followed is there');
  return {
    number,
    bus: (name: string): Bits =>
      select(
        number,
        managers.map((manager) => Reflect.get(manager, name) as Bits),
      ),
    /** `path` is of a port by its number. */
    inside: (path: (port: number) => string): Bits =>
      select(
        number,
        range(p.managers).map((port) => seen(path(port))),
      ),
  };
};
export type FollowedManager = ReturnType<typeof followedManager>;

/** What it is at a subordinate, before it is answered. */
interface Side {
  /** Requests of the identifier that were taken of the manager for it, and not taken by it. */
  readonly unsent: Bits;
  readonly takes: Bits<1>;
  /** Its request register holds one of the identifier. */
  readonly shows: Bits<1>;
}

export const followedRequest = (p: Geometry, proven: Proven, direction: Direction) => {
  const { m, subordinates, seen, chosen } = proven;
  const channel = addressChannel(direction);
  const manager = followedManager(p, proven);
  const identifier = anyNumber(m, 'its_identifier', p.idWidth);
  const wideIdentifier: Bits =
    managerWidth(p) === 0 ? identifier : concat(manager.number.resize<number>(managerWidth(p)), identifier);
  const at = (port: number, name: string): Bits => Reflect.get(subordinates[port] as object, name) as Bits;

  const { asks } = m.named({
    asks: all([
      manager.bus(`${channel}valid`).bit(0),
      manager.bus(`${channel}ready`).bit(0),
      manager.bus(`${channel}id`).eq(identifier),
    ]),
  });
  const owner = ownerOf(p, manager.bus(`${channel}addr`));
  const was = keptFlag(m, 'one_was_chosen');
  const { is_taken: taken } = m.named({ is_taken: all([asks, chosen, was.not()]) });
  m.when(taken, () => was.set(1));
  const values = new Map(
    requestFields(p).map((field) => {
      const now = manager.bus(`${channel}${field}`);
      const value = kept(m, `its_${field}`, now.width);
      m.when(taken, () => value.set(now));
      return [field, value as Bits] as const;
    }),
  );
  const its = (field: Field): Bits => values.get(field) as Bits;
  const target = kept(m, 'its_target', owner.width);
  m.when(taken, () => target.set(owner));

  const sides = range(p.subordinates).map((port): Side => {
    const ours = at(port, `${channel}id`).eq(wideIdentifier);
    const takes = all([at(port, `${channel}valid`).bit(0), at(port, `${channel}ready`).bit(0), ours]);
    return {
      takes,
      unsent: balance(m, `unsent_to_${port}`, all([asks, owner.eq(port)]), takes),
      shows: all([
        seen(`${direction}_choice_${port}.full`).bit(0),
        seen(`${direction}_choice_${port}.payload_id`).eq(wideIdentifier),
      ]),
    };
  });
  const pending = keptFlag(m, 'it_is_in_flight');
  const sent = keptFlag(m, 'it_was_sent');
  const before = kept(m, 'requests_before_it', wide);
  const ofOwner = (number: Bits, values: readonly Bits[]): Bits => select(number, [...values, lit<number>(wide, 0)]);
  const takenThere = ofOwner(
    target,
    sides.map(({ takes }) => one(takes)),
  ).bit(0);
  const { is_sent: sends } = m.named({ is_sent: all([pending, sent.not(), before.isZero(), takenThere]) });
  m.when(sends, () => sent.set(1));
  m.when(all([pending, sent.not(), takenThere, before.isNonZero()]), () => before.set(before.subtract(1)));
  m.when(taken, () => {
    pending.set(1);
    sent.set(0);
    before.set(
      ofOwner(
        owner,
        sides.map(({ unsent, takes }) => unsent.subtract(one(takes))),
      ),
    );
  });
  return {
    manager,
    identifier,
    wideIdentifier,
    at,
    asks,
    taken,
    its,
    target: target as Bits,
    local: target.eq(p.subordinates),
    sides,
    pending: pending,
    sent: sent as Bits<1>,
    before: before as Bits,
    sends,
    /** Of its subordinate. */
    there: (values: readonly Bits[]): Bits => ofOwner(target, values),
  };
};
export type FollowedRequest = ReturnType<typeof followedRequest>;
