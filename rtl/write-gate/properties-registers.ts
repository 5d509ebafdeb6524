import { all, any, type Bits, bits, concat, lit, mux } from '../hdl/index.ts';
import { registerPortHeld, registerPortRules } from '../parts/axi/register-port-rules.ts';
import { register } from '../parts/rings.ts';
import { registerAddressWidth, type WriteGateParameters } from './interface.ts';
import type { ProvenGate } from './properties-surroundings.ts';

/** What software sees: `docs/systems/write-gate.md`, "Registers". The rules of AXI4-Lite at `s_axil`; the interrupt; the counters; and what a WRITE does. */

const settings = [
  'interrupt_status_held',
  'interrupt_enable_held',
  'control_enable',
  'control_stop',
  'mark_page',
  'mark_hold',
  'mark_let_go',
] as const;

export const registerPaths: readonly string[] = [
  ...['write', 'write_address', 'write_data', 'write_strobes', 'read', 'read_address', 'rdata', 'rresp', 'bresp'].map(
    (name) => `registers.${name}`,
  ),
  ...registerPortHeld.map((name) => `registers.${name}`),
  ...settings.map((name) => `registers.settings_${name}`),
  ...['status_held', 'status_busy', 'status_page', 'holds', 'held_cycles'].map((name) => `registers.status_${name}`),
  ...['held', 'passes', 'told', 'holds', 'held_cycles'],
];

/** Words of the map, by address in words, as the page lists them. */
const words = {
  identification: 0x000 / 4,
  geometry: 0x004 / 4,
  interrupt_status: 0x010 / 4,
  interrupt_enable: 0x014 / 4,
  status: 0x018 / 4,
  control: 0x01c / 4,
  mark: 0x020 / 4,
  holds: 0x024 / 4,
  held_cycles: 0x028 / 4,
} as const;

const identification = 0x57475431;

/** A register and what it must be after the edge. */
const follows = (m: ProvenGate['m'], name: string, width: number, next: (now: Bits) => Bits): Bits => {
  const kept = register(m, name, bits<number>(width));
  kept.set(next(kept));
  return kept;
};

export const registerProperties = (p: WriteGateParameters, gate: ProvenGate): void => {
  const { m, io, seen, flag } = gate;
  registerPortRules(m, io.s_axil, registerAddressWidth, (name) => flag(`registers.${name}`));

  const [write, data, strobes] = [
    flag('registers.write'),
    seen('registers.write_data'),
    seen('registers.write_strobes'),
  ];
  const setting = (name: string): Bits => seen(`registers.settings_${name}`);
  const to = (word: number, byte: number): Bits<1> =>
    all([write, seen('registers.write_address').eq(word), strobes.bit(byte)]);
  const written = (word: number, bit: number, now: Bits): Bits =>
    mux(to(word, Math.floor(bit / 8)), data.bit(bit), now) as Bits;
  const held = flag('held');

  // What a WRITE changes, and nothing else does.
  for (const [name, word, bit] of [
    ['interrupt_enable_held', words.interrupt_enable, 0],
    ['control_enable', words.control, 0],
    ['control_stop', words.control, 1],
  ] as const)
    m.assert(
      setting(name).eq(follows(m, `kept_${name}`, 1, (now) => written(word, bit, now))),
      `${name}: it is what was written last`,
    );
  const none = lit<number>(1, 0);
  for (const [name, bit] of [
    ['mark_hold', 24],
    ['mark_let_go', 25],
  ] as const)
    m.assert(
      setting(name).eq(follows(m, `kept_${name}`, 1, () => written(words.mark, bit, none))),
      `${name}: it is 1 in the cycle after a WRITE of 1, and in no other`,
    );
  const page = follows(m, 'kept_mark_page', p.pageWidth, () => {
    const bitsOf = Array.from({ length: p.pageWidth }, (_, bit) => written(words.mark, bit, none));
    return (bitsOf.length === 1 ? bitsOf[0] : concat(...bitsOf.reverse())) as Bits;
  });
  m.assert(setting('mark_page').eq(page), 'mark_page: it is that of the WRITE in the cycle before');
  const status = follows(m, 'kept_interrupt', 1, (now) =>
    any([held, all([now.bit(0), to(words.interrupt_status, 0).and(data.bit(0)).not()])]),
  );
  m.assert(setting('interrupt_status_held').eq(status), 'interrupt: set by a held request, cleared by a written 1');
  const raised = follows(m, 'kept_irq', 1, () =>
    setting('interrupt_status_held').and(setting('interrupt_enable_held')),
  );
  m.assert(io.irq.eq(raised), 'irq: it is the status where that is enabled, a cycle later');

  // Counters.
  const told = follows(m, 'kept_told', 1, (now) => all([any([held, now.bit(0)]), flag('passes').not()]));
  const count = (name: 'holds' | 'held_cycles', up: Bits<1>): void => {
    const kept = follows(m, `kept_${name}`, 32, (now) => now.add(up.extend<number>(32)) as Bits);
    m.assert(seen(`registers.status_${name}`).eq(kept), `${name}: it counts`);
  };
  count('holds', all([held, told.bit(0).not()]));
  count('held_cycles', held);
  m.assert(flag('told').eq(told), 'a held request is counted once');

  answers(p, gate);
};

/** What a READ and a WRITE are answered with: in the cycle after it. */
const answers = (p: WriteGateParameters, { m, seen, flag }: ProvenGate): void => {
  const setting = (name: string): Bits => seen(`registers.settings_${name}`);
  const status = (name: string): Bits => seen(`registers.status_${name}`);
  const word = (value: Bits, low = 0): Bits => value.resize<number>(32).shiftLeft(low) as Bits;
  const constant = (value: number): Bits => lit<number>(32, value);
  const shown: Readonly<Record<keyof typeof words, Bits>> = {
    identification: constant(identification),
    geometry: constant(p.dataWidth + p.pageWidth * 2 ** 16 + p.outstanding * 2 ** 24),
    interrupt_status: word(setting('interrupt_status_held')),
    interrupt_enable: word(setting('interrupt_enable_held')),
    status: word(status('status_held'))
      .or(word(status('status_busy'), 1))
      .or(word(status('status_page'), 8)) as Bits,
    control: word(setting('control_enable')).or(word(setting('control_stop'), 1)) as Bits,
    mark: constant(0),
    holds: status('holds'),
    held_cycles: status('held_cycles'),
  };
  const at = seen('registers.read_address');
  const r = m.regs({
    was_read: { type: bits(1), reset: 0 },
    was_written: { type: bits(1), reset: 0 },
    mapped: { type: bits(1), reset: 0 },
    writable: { type: bits(1), reset: 0 },
    value: { type: bits(32), reset: 0 },
  });
  r.was_read.set(flag('registers.read'));
  r.was_written.set(flag('registers.write'));
  r.mapped.set(any(Object.values(words).map((each) => at.eq(each))));
  const to = seen('registers.write_address');
  r.writable.set(
    any([words.interrupt_status, words.interrupt_enable, words.control, words.mark].map((each) => to.eq(each))),
  );
  let value: Bits = constant(0);
  for (const [name, each] of Object.entries(words))
    value = mux(at.eq(each), shown[name as keyof typeof words], value) as Bits;
  r.value.set(value as Bits<32>);
  m.assert(
    r.was_read.implies(seen('registers.rdata').eq(r.value)),
    'a READ gives the register of the page, 0 where there is none',
  );
  m.assert(
    r.was_read.implies(seen('registers.rresp').eq(mux(r.mapped, lit<number>(2, 0), lit<number>(2, 2)) as Bits)),
    'a READ is an error where there is no register',
  );
  m.assert(
    r.was_written.implies(seen('registers.bresp').eq(mux(r.writable, lit<number>(2, 0), lit<number>(2, 2)) as Bits)),
    'a WRITE is an error where nothing can be written',
  );
};
