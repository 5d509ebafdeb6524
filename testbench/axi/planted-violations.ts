/** For each rule of AXI4, short traffic whose last cycle breaks it and no other: for a bus of 32 bits, identifiers of 2, two outstanding, two beats ahead. */
import type { Axi4RuleName } from '../../rtl/parts/axi/rules.ts';

export type Signals = Readonly<Record<string, number>>;

export interface PlantedViolation {
  readonly rule: Axi4RuleName;
  readonly what: string;
  /** Signals by name; those not named are 0, but ready is 1. */
  readonly cycles: readonly Signals[];
  /** What the same cycle must break too. */
  readonly also?: readonly Axi4RuleName[];
  /** Whether the first cycle is the first after reset. */
  readonly atReset?: boolean;
  /** Whether the last cycle is of reset again, its second. */
  readonly inReset?: boolean;
}

const aw = (over: Signals = {}): Signals => ({ awvalid: 1, awsize: 2, awburst: 1, ...over });
const w = (over: Signals = {}): Signals => ({ wvalid: 1, wstrb: 15, wlast: 1, ...over });
const b = (over: Signals = {}): Signals => ({ bvalid: 1, ...over });
const ar = (over: Signals = {}): Signals => ({ arvalid: 1, arsize: 2, arburst: 1, ...over });
const r = (over: Signals = {}): Signals => ({ rvalid: 1, rlast: 1, ...over });
const written: readonly Signals[] = [{ ...aw(), ...w() }];
const asked: readonly Signals[] = [ar()];

/** What a channel offers legally, and what must come before it. */
const channels = {
  aw: {
    before: [],
    offer: aw,
    others: {
      awid: 1,
      awaddr: 4,
      awlen: 1,
      awsize: 1,
      awburst: 0,
      awlock: 1,
      awcache: 1,
      awprot: 1,
      awqos: 1,
      awregion: 1,
    },
  },
  w: {
    before: [aw({ awlen: 1 })],
    offer: (over: Signals = {}) => w({ wlast: 0, ...over }),
    others: { wdata: 1, wstrb: 7, wlast: 1 },
  },
  b: { before: [...written, { ...aw({ awid: 1 }), ...w() }], offer: b, others: { bid: 1, bresp: 2 } },
  ar: {
    before: [],
    offer: ar,
    others: {
      arid: 1,
      araddr: 4,
      arlen: 1,
      arsize: 1,
      arburst: 0,
      arlock: 1,
      arcache: 1,
      arprot: 1,
      arqos: 1,
      arregion: 1,
    },
  },
  r: { before: [...asked, ar({ arid: 1 })], offer: r, others: { rid: 1, rdata: 1, rresp: 2, rlast: 0 } },
} as const;

/** Changes that break another rule too. */
const broken: Readonly<Record<string, readonly Axi4RuleName[]>> = {
  wlast: ['w_last_early'],
  rlast: ['r_last_missing'],
};

const handshakes = (Object.keys(channels) as (keyof typeof channels)[]).flatMap((channel): PlantedViolation[] => {
  const { before, offer, others } = channels[channel];
  const waits = { ...offer(), [`${channel}ready`]: 0 };
  const unasked = channel === 'b' ? ['b_identifier' as const] : channel === 'r' ? ['r_identifier' as const] : [];
  return [
    { rule: `${channel}_reset`, what: 'valid in the first cycle', cycles: [offer()], also: unasked, atReset: true },
    { rule: `${channel}_reset`, what: 'valid in the second cycle of reset', cycles: [offer()], inReset: true },
    { rule: `${channel}_valid_stays`, what: 'valid falls', cycles: [...before, waits, {}] },
    ...Object.entries(others).map(
      ([signal, value]): PlantedViolation => ({
        rule: `${channel}_payload_stays`,
        what: `${signal} changes`,
        cycles: [...before, waits, offer({ [signal]: value })],
        also: broken[signal] ?? [],
      }),
    ),
  ];
});

const addresses = (['aw', 'ar'] as const).flatMap((channel): PlantedViolation[] => {
  const make = channel === 'aw' ? aw : ar;
  const one = (name: string, what: string, over: Signals): PlantedViolation => ({
    rule: `${channel}_${name}` as Axi4RuleName,
    what,
    cycles: [make(Object.fromEntries(Object.entries(over).map(([field, value]) => [`${channel}${field}`, value])))],
    also: channel === 'aw' && over.lock === 1 ? ['aw_exclusive_pair'] : [],
  });
  return [
    one('burst', 'the reserved burst', { burst: 3 }),
    one('size', '8 bytes on 4 lanes', { size: 3 }),
    one('fixed_length', '17 beats', { burst: 0, len: 16 }),
    one('wrap_length', '3 beats', { burst: 2, len: 2 }),
    one('wrap_length', '1 beat', { burst: 2, len: 0 }),
    one('wrap_length', '32 beats', { burst: 2, len: 31 }),
    one('wrap_aligned', 'address 2 for words', { burst: 2, len: 3, addr: 2 }),
    one('boundary', '2 words from 0xffc', { len: 1, addr: 0xffc }),
    one('boundary', '256 words from 0xc04', { len: 255, addr: 0xc04 }),
    one('boundary', 'unaligned: 2 words from 0xffd', { len: 1, addr: 0xffd }),
    one('cache', 'allocates, not modifiable', { cache: 4 }),
    one('cache', 'allocates otherwise, not modifiable', { cache: 9 }),
    one('exclusive_bytes', '12 bytes', { lock: 1, len: 2 }),
    one('exclusive_beats', '32 beats of a byte', { lock: 1, len: 31, size: 0 }),
    one('exclusive_aligned', '8 bytes at 4', { lock: 1, len: 1, addr: 4 }),
  ];
});

const writes: readonly PlantedViolation[] = [
  { rule: 'w_last_early', what: 'at the first of 2 beats', cycles: [aw({ awlen: 1 }), w()] },
  { rule: 'w_last_early', what: 'together with its address', cycles: [{ ...aw({ awlen: 1 }), ...w() }] },
  { rule: 'w_last_missing', what: 'at the only beat', cycles: [aw(), w({ wlast: 0 })] },
  { rule: 'w_last_missing', what: 'at the second of 2', cycles: [aw({ awlen: 1 }), w({ wlast: 0 }), w({ wlast: 0 })] },
  { rule: 'w_last_missing', what: 'of data that came first', cycles: [w({ wlast: 0 }), aw()] },
  { rule: 'w_strobes', what: 'narrow: lane 0 of byte 1', cycles: [aw({ awsize: 0, awaddr: 1 }), w({ wstrb: 1 })] },
  { rule: 'w_strobes', what: 'unaligned: lane 1 of address 2', cycles: [aw({ awaddr: 2 }), w({ wstrb: 14 })] },
  {
    rule: 'w_strobes',
    what: 'narrow: the first lanes again in the second beat',
    cycles: [aw({ awsize: 1, awlen: 1 }), w({ wstrb: 3, wlast: 0 }), w({ wstrb: 3 })],
  },
  {
    rule: 'w_strobes',
    what: 'FIXED: the next lanes',
    cycles: [aw({ awburst: 0, awsize: 0, awlen: 1 }), w({ wstrb: 1, wlast: 0 }), w({ wstrb: 2 })],
  },
  {
    rule: 'w_strobes',
    what: 'WRAP: past the boundary',
    cycles: [aw({ awburst: 2, awsize: 0, awlen: 1, awaddr: 1 }), w({ wstrb: 2, wlast: 0 }), w({ wstrb: 4 })],
  },
  { rule: 'w_strobes', what: 'of data that came first', cycles: [w(), aw({ awsize: 0 })] },
  { rule: 'b_identifier', what: 'nothing outstanding', cycles: [b()] },
  { rule: 'b_identifier', what: 'of no write outstanding', cycles: [...written, b({ bid: 1 })] },
  { rule: 'b_identifier', what: 'answered twice', cycles: [...written, b(), b()] },
  { rule: 'b_identifier', what: 'in the cycle of the address', cycles: [{ ...aw(), ...w(), ...b() }] },
  {
    rule: 'b_identifier',
    what: 'before the address is taken',
    cycles: [
      { ...aw(), ...w(), awready: 0 },
      { ...aw(), ...b(), awready: 0 },
    ],
  },
  { rule: 'b_after_data', what: 'without data', cycles: [aw(), b()] },
  { rule: 'b_after_data', what: 'before the last beat', cycles: [aw({ awlen: 1 }), w({ wlast: 0 }), b()] },
  { rule: 'b_after_data', what: 'in the cycle of the last beat', cycles: [aw(), { ...w(), ...b() }] },
  { rule: 'b_after_data', what: 'of the second write', cycles: [aw(), aw({ awid: 1 }), w(), b({ bid: 1 })] },
  { rule: 'b_exclusive', what: 'EXOKAY to a plain write', cycles: [...written, b({ bresp: 1 })] },
  { rule: 'capacity_writes', what: 'a third write', cycles: [aw(), aw(), aw()] },
  { rule: 'capacity_data', what: 'a third beat without an address', cycles: [w(), w(), w()] },
];

const reads: readonly PlantedViolation[] = [
  { rule: 'r_identifier', what: 'nothing outstanding', cycles: [r()] },
  { rule: 'r_identifier', what: 'of no read outstanding', cycles: [...asked, r({ rid: 2 })] },
  { rule: 'r_identifier', what: 'answered twice', cycles: [...asked, r(), r()] },
  { rule: 'r_identifier', what: 'in the cycle of the address', cycles: [{ ...ar(), ...r() }] },
  { rule: 'r_last_early', what: 'at the first of 2 beats', cycles: [ar({ arlen: 1 }), r()] },
  {
    rule: 'r_last_early',
    what: 'out of order within an identifier',
    cycles: [ar({ arlen: 1 }), ar(), r()],
  },
  { rule: 'r_last_missing', what: 'at the only beat', cycles: [...asked, r({ rlast: 0 })] },
  {
    rule: 'r_last_missing',
    what: 'interleaved',
    cycles: [ar({ arlen: 1 }), ar({ arid: 1, arlen: 1 }), r({ rlast: 0 }), r({ rid: 1, rlast: 0 }), r({ rlast: 0 })],
  },
  { rule: 'r_exclusive', what: 'EXOKAY to a plain read', cycles: [...asked, r({ rresp: 1 })] },
  { rule: 'capacity_reads', what: 'a third read', cycles: [ar(), ar(), ar()] },
];

const locked = { awlock: 1, arlock: 1 };
const readOnce: readonly Signals[] = [ar(locked), r()];
const exclusives: readonly PlantedViolation[] = [
  { rule: 'aw_exclusive_order', what: 'the read has no data yet', cycles: [ar(locked), aw(locked)] },
  {
    rule: 'aw_exclusive_order',
    what: 'in the cycle of the last read data',
    cycles: [ar({ ...locked, arlen: 1 }), r({ rlast: 0 }), { ...aw({ ...locked, awlen: 1 }), ...r() }],
  },
  { rule: 'aw_exclusive_pair', what: 'no read', cycles: [aw(locked)] },
  {
    rule: 'aw_exclusive_pair',
    what: 'the read was of another identifier',
    cycles: [...readOnce, aw({ ...locked, awid: 1 })],
  },
  { rule: 'aw_exclusive_pair', what: 'the read was a plain one', cycles: [ar(), r(), aw(locked)] },
  { rule: 'aw_exclusive_pair', what: 'a second write', cycles: [...readOnce, aw(locked), aw(locked)] },
  { rule: 'aw_exclusive_pair', what: 'in the cycle of the read', cycles: [{ ...ar(locked), ...aw(locked) }] },
  ...Object.entries({ awaddr: 8, awlen: 1, awsize: 1, awburst: 0, awcache: 1, awprot: 2, awregion: 3 }).map(
    ([signal, value]): PlantedViolation => ({
      rule: 'aw_exclusive_match',
      what: `${signal} is another than the read's`,
      cycles: [...readOnce, aw({ ...locked, [signal]: value })],
    }),
  ),
  {
    rule: 'aw_exclusive_match',
    what: 'as an earlier read, not as the last',
    cycles: [...readOnce, ar({ ...locked, araddr: 16 }), r(), aw(locked)],
  },
];

export const plantedViolations: readonly PlantedViolation[] = [
  ...handshakes,
  ...addresses,
  ...writes,
  ...reads,
  ...exclusives,
];

/** Short traffic that breaks nothing, though it comes near to it. */
export const legalTraffic: Readonly<Record<string, readonly Signals[]>> = {
  'an exclusive write after its read': [...readOnce, aw(locked)],
  'a cacheable exclusive access: who watches it may be the cache': [
    ar({ ...locked, arcache: 15 }),
    r(),
    aw({ ...locked, awcache: 15 }),
  ],
  'a second read in the cycle of the write, and its write': [
    ...readOnce,
    { ...aw(locked), ...ar({ ...locked, araddr: 16 }) },
    { ...r(), ...w() },
    b(),
    aw({ ...locked, awaddr: 16 }),
  ],
  'a read that begins while the write waits': [
    ...readOnce,
    { ...aw(locked), awready: 0 },
    { ...aw(locked), ...ar({ ...locked, araddr: 16 }), awready: 0 },
    { ...aw(locked), ...r() },
    w(),
    { ...aw({ ...locked, awaddr: 16 }), ...b() },
  ],
  'the last read counts': [...readOnce, ar({ ...locked, araddr: 16 }), r(), aw({ ...locked, awaddr: 16 })],
  'the write of a read that had no place': [0, 1, 2]
    .flatMap((id) => [ar({ ...locked, arid: id }), r({ rid: id })])
    .concat(aw({ ...locked, awid: 2 })),
  'a write that makes place': [
    ...[0, 1].flatMap((id) => [ar({ ...locked, arid: id }), r({ rid: id })]),
    { ...aw({ ...locked, awid: 1 }), ...ar({ ...locked, arid: 2 }) },
    r({ rid: 2 }),
    aw({ ...locked, awid: 2 }),
  ],
};
