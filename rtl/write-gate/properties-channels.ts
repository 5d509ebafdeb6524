import { all, type Bits, type BitsSignal, bits, concat, mux } from '../hdl/index.ts';
import { addressRules } from '../parts/axi/address-properties.ts';
import { handshakeRules } from '../parts/axi/checking.ts';
import { register } from '../parts/rings.ts';
import type { WriteGateParameters } from './interface.ts';
import type { ProvenGate } from './properties-surroundings.ts';

/**
 * Nothing is lost, doubled, changed or overtaken: `docs/systems/write-gate.md`, "Reads, data and answers". Beside each channel stands a queue of what has come and has not gone on; what goes on
 * is its oldest. So both edges see the same transfers in the same order, whatever their identifiers, and what AXI4 asks of that order holds at the one if it does at the other.
 */

const request = ['id', 'addr', 'len', 'size', 'burst', 'lock', 'cache', 'prot', 'qos', 'region'] as const;
const channels = [
  { channel: 'aw', fields: request, back: false, part: '' },
  { channel: 'w', fields: ['data', 'strb', 'last'], back: false, part: 'data' },
  { channel: 'b', fields: ['id', 'resp'], back: true, part: 'answers' },
  { channel: 'ar', fields: request, back: false, part: 'reads' },
  { channel: 'r', fields: ['id', 'data', 'resp', 'last'], back: true, part: 'read_data' },
] as const;
type Channel = (typeof channels)[number];

export const channelPaths = (): readonly string[] => [
  ...channels.flatMap(({ part, fields }) =>
    part === ''
      ? []
      : [
          `${part}.occupied`,
          ...['head', 'waiting_0'].flatMap((slot) => fields.map((name) => `${part}.${slot}_${name}`)),
        ],
  ),
  ...['request', 'passed'].flatMap((slot) => [`${slot}_full`, ...request.map((name) => `${slot}_${name}`)]),
  'passes',
];

type Fields = Readonly<Record<string, Bits>>;

const packed = (fields: Fields): Bits => concat(...Object.values(fields)) as Bits;

/** What has come and has not gone on, oldest first: two at most. */
const queueBeside = ({ m }: ProvenGate, channel: string, comes: Bits<1>, item: Fields, goes: Bits<1>) => {
  const count = register(m, `${channel}_count`, bits(2));
  const slot = (index: number): Fields =>
    Object.fromEntries(
      Object.entries(item).map(([name, value]) => [
        name,
        register(m, `${channel}_slot_${index}_${name}`, bits<number>(value.width)),
      ]),
    );
  const [first, second] = [slot(0), slot(1)];
  const left = count.subtract(goes.extend(2)) as Bits<2>;
  count.set(left.add(comes.extend(2)) as Bits<2>);
  const set = (to: Fields, from: Fields): void => {
    for (const [name, value] of Object.entries(from)) (to[name] as BitsSignal).set(value);
  };
  m.when(goes, () => set(first, second));
  m.when(all([comes, left.isZero()]), () => set(first, item));
  m.when(all([comes, left.isNonZero()]), () => set(second, item));
  return { count, first, second };
};

export const channelProperties = (p: WriteGateParameters, gate: ProvenGate): void => {
  const { m, io, seen, flag } = gate;
  const signal = (side: 's_axi' | 'm_axi', name: string): Bits => Reflect.get(io[side], name) as Bits;
  const lastGoes = all([io.m_axi.wvalid, io.m_axi.wready, io.m_axi.wlast]);
  // Writes that have passed, whose last data have not gone on.
  const wide = 6;
  const owed = register(m, 'owed', bits<number>(wide));
  owed.set(owed.add(flag('passes').extend<number>(wide)).subtract(lastGoes.extend<number>(wide)));
  m.assert(seen('due').extend<number>(wide).eq(owed), 'w: the gate counts the writes whose data are owed');
  const { fresh } = m.regs({ fresh: { type: bits(1), reset: 1 } });
  fresh.set(0);

  for (const { channel, fields, back, part } of channels as readonly Channel[]) {
    const [from, to] = back ? (['m_axi', 's_axi'] as const) : (['s_axi', 'm_axi'] as const);
    const own = (side: 's_axi' | 'm_axi'): Fields =>
      Object.fromEntries(fields.map((name) => [name, signal(side, `${channel}${name}`)]));
    const ends = (side: 's_axi' | 'm_axi') => ({
      valid: signal(side, `${channel}valid`) as Bits<1>,
      ready: signal(side, `${channel}ready`) as Bits<1>,
    });
    const [source, sink] = [ends(from), ends(to)];
    const [comes, goes] = [all([source.valid, source.ready]), all([sink.valid, sink.ready])];
    const { count, first, second } = queueBeside(gate, channel, comes, own(from), goes);
    m.assert(sink.valid.implies(count.isNonZero()), `${channel}: nothing goes on that has not come`);
    m.assert(sink.valid.implies(packed(own(to)).eq(packed(first))), `${channel}: what goes on is the oldest that came`);
    m.assert(count.le(2), `${channel}: no more than two are between the edges`);
    if (channel !== 'aw') {
      const may = channel === 'w' ? owed.isNonZero() : count.isNonZero();
      m.assert(
        sink.valid.eq(all([count.isNonZero(), may])),
        `${channel}: what is next is offered${channel === 'w' ? ' where its request has passed' : ' in each cycle'}`,
      );
      m.assert(source.ready.eq(count.lt(2)), `${channel}: it is taken where fewer than two are there`);
    }
    m.cover(count.eq(2), `${channel}: two are between the edges`);

    // The rules of AXI4 for the channel by itself.
    handshakeRules(m, channel, { ...sink, payload: Object.values(own(to)) }, fresh, (name, broken) =>
      m.assert(broken.not(), `${to}: ${name}`),
    );
    if (channel === 'aw' || channel === 'ar') {
      const rules = (item: Fields, valid: Bits<1>, state: (name: string, broken: Bits<1>) => void): void =>
        addressRules(
          channel,
          { ...(item as Record<(typeof request)[number], Bits>), valid, lock: (item.lock as Bits).bit(0) },
          p.dataWidth / 8,
          state,
        );
      rules(own(from), source.valid, (name, broken) => m.assume(broken.not(), `${from}: ${name}`));
      rules(own(to), sink.valid, (name, broken) => m.assert(broken.not(), `${to}: ${name}`));
      for (const [index, item] of [first, second].entries())
        rules(item, count.gt(index), (name, broken) =>
          m.assert(broken.not(), `${channel}: number ${index} of the queue: ${name}`),
        );
    }

    // Where the queue is in the gate.
    const inside = (slot: string): Bits =>
      packed(Object.fromEntries(fields.map((name) => [name, seen(`${slot}_${name}`)])));
    const held = (index: number): Bits<1> => count.gt(index);
    if (part === '') {
      const [request, passed] = [flag('request_full'), flag('passed_full')];
      m.assert(count.eq(request.extend(2).add(passed.extend(2))), 'aw: one is at the gate, one has passed');
      m.assert(passed.implies(inside('passed').eq(packed(first))), 'aw: the oldest has passed');
      m.assert(
        request.implies(inside('request').eq(mux(passed, packed(second), packed(first)) as Bits)),
        'aw: the one at the gate is behind it',
      );
      m.assert(source.ready.eq(request.not()), 'aw: it is taken where none is at the gate');
    } else {
      const occupied = seen(`${part}.occupied`);
      m.assert(
        all([occupied.bit(0).eq(held(0)), occupied.bit(1).eq(held(1))]),
        `${channel}: as many are in the buffer`,
      );
      m.assert(held(0).implies(inside(`${part}.head`).eq(packed(first))), `${channel}: the oldest is its head`);
      m.assert(held(1).implies(inside(`${part}.waiting_0`).eq(packed(second))), `${channel}: the other is behind it`);
    }
  }
};
