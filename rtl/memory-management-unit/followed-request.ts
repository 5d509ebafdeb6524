/**
 * One request of the processor, any, and what it asked for. The input `chosen` picks it, in a cycle in which one is taken: so what is shown of it holds of every
 * request.
 */
import { all, type Bits, bit, bits, type ModuleBody } from '../hdl/index.ts';
import { register } from '../parts/rings.ts';
import { pageBits } from './interface.ts';
import type { ProvenUnit } from './properties-surroundings.ts';
import type { Geometry } from './shapes.ts';

/** What goes from the processor to a memory unchanged: of the address, what lies in the page. */
const widths = { addr: pageBits, len: 8, size: 3, burst: 2, lock: 1, cache: 4, prot: 3, qos: 4, region: 4 } as const;
export type Field = 'id' | keyof typeof widths;
export const everyField: readonly Field[] = ['id', ...(Object.keys(widths) as (keyof typeof widths)[])];

const valueOn = (bus: object, channel: 'ar' | 'aw', field: Field): Bits =>
  Reflect.get(bus, `${channel}${field}`) as Bits;

/** A register whose value is set elsewhere too. */
export type Kept<T extends Bits> = T & { set(value: Bits | number): void };

export const followedRequest = (
  p: Geometry,
  { m, io, chosen }: ProvenUnit,
  channel: 'ar' | 'aw',
  fields: readonly Field[],
) => {
  const { s_axi: bus } = io;
  const widthOf = (field: Field): number => (field === 'id' ? p.idWidth : widths[field]);
  const was = register(m, 'one_was_chosen', bit) as Kept<Bits<1>>;
  const handshake = channel === 'ar' ? all([bus.arvalid, bus.arready]) : all([bus.awvalid, bus.awready]);
  const { is_taken: taken } = m.named({ is_taken: all([handshake, chosen, was.not()]) });
  m.when(taken, () => was.set(1));
  const asked = new Map(
    fields.map((field) => {
      const value = register(m, `its_${field}`, bits<number>(widthOf(field))) as Kept<Bits>;
      m.when(taken, () => value.set(valueOn(bus, channel, field).resize<number>(widthOf(field))));
      return [field, value as Bits] as const;
    }),
  );
  const its = (field: Field): Bits => {
    const value = asked.get(field);
    if (value === undefined) throw new Error(`'${field}' is not followed`);
    return value;
  };
  return {
    /** It is being taken, or was. */
    taken,
    was: was as Bits<1>,
    its,
    /** Whether a value of a field, as wide as the processor's or wider, is its own. */
    has: (field: Field, value: Bits): Bits<1> => value.resize<number>(widthOf(field)).eq(its(field)),
  };
};
export type FollowedRequest = ReturnType<typeof followedRequest>;

/** That a memory's request, which was loaded for the followed one, is it: field by field. */
export const assertRequest = (
  m: ModuleBody,
  edge: string,
  bus: object,
  channel: 'ar' | 'aw',
  of: { readonly offered: Bits<1>; readonly request: FollowedRequest; readonly fields: readonly Field[] },
): void => {
  const { offered, request, fields } = of;
  for (const field of fields) {
    const value = valueOn(bus, channel, field);
    const own = request.its(field);
    // A read may be asked for as less than exclusive, and never the other way round.
    const isLess = field === 'lock' && channel === 'ar';
    const holds = isLess
      ? value.bit(0).implies(own.bit(0))
      : field === 'id'
        ? value.eq(own.extend<number>(value.width))
        : request.has(field, value);
    m.assert(offered.implies(holds), `${edge}: its ${field} is that of the processor's request`);
  }
  m.cover(offered, `${edge}: it is offered on ${channel}`);
};
