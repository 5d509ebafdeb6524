import { type Bits, bits, cut, elaborate, input, type ir, module, type Ports } from '../hdl/index.ts';
import { seenInstance } from '../parts/seen.ts';
import { memoryPath } from './path.ts';
import type { Geometry } from './shapes.ts';

/** The only parts that keys are for. */
const ciphers: readonly string[] = ['tweaks', 'decryption', 'encryption'];
/** All other parts but the register port and the key slots. */
const others: readonly string[] = [
  'read_requests',
  'read_slots',
  'write_bursts',
  'write_pieces',
  'write_launch',
  'scanner',
];

/** What makes round keys of keys: what it gives is anything, in both paths something else. */
const roundKeys = 'keys.expansion';

/** Registers that hold a key, or a word that may become one. */
const holdsKeys = (path: string): boolean =>
  /^registers\.(settings_key_\d+_word|write_data)$|^keys\.prince_keys_/.test(path);

/** Paths of the registers of a module and of all that it holds. */
const registersOf = (held: ir.Module, prefix = ''): readonly string[] => [
  ...held.signals.filter(({ kind }) => kind === 'register').map(({ name }) => `${prefix}${name}`),
  ...held.instances.flatMap((instance) => registersOf(instance.module, `${prefix}${instance.name}.`)),
];

/** Paths of what the path gives to the parts that are not ciphers. */
const givenToOthers = (held: ir.Module): readonly string[] =>
  held.instances
    .filter(({ name }) => others.includes(name))
    .flatMap(({ name, module: part }) =>
      part.signals
        .filter((signal) => signal.port === 'input' && !signal.name.startsWith('free_'))
        .map((signal) => `${name}.${signal.name}`),
    );

interface Drivable {
  set(value: unknown): void;
}
const buses = ['s_axil', 's_axi', 'm_axi'] as const;
/** A port of an instance by its name in Verilog: on a bus, or alone. */
const portOf = (instance: object, name: string): unknown => {
  const bus = buses.find((each) => name.startsWith(`${each}_`));
  if (bus === undefined) return Reflect.get(instance, name);
  return Reflect.get(Reflect.get(instance, bus) as object, name.slice(bus.length + 1));
};

/** Words of key registers: addresses 0x080 to 0x0BC, less their two lowest bits. */
const isKey = (wordAddress: Bits): Bits<1> => wordAddress.slice<number, number>(9, 4).eq(0x080 >> 6);

/**
 * That keys cannot be read: two paths that differ in nothing but the words that are written to key registers give the same at the register port, at the interrupt, and to every
 * part but the ciphers, in every cycle. All other parts do anything, in both paths the same.
 */
export const checkedKeys = (p: Geometry) => {
  const { definition } = cut(memoryPath(p), [...others, ...ciphers, roundKeys]);
  const held = elaborate(definition);
  const inputs = held.signals.filter(({ port }) => port === 'input');
  const outputs = held.signals.filter(({ port, name }) => port === 'output' && /^(irq$|s_axil_)/.test(name));
  const registers = registersOf(held).filter((path) => !holdsKeys(path));
  const given = givenToOthers(held);
  const written = ['aw_held', 'w_held', 'write_address', 'write_data'].map((name) => `registers.${name}`);
  const paths = [...new Set([...registers, ...given, ...written])];
  const shared = Object.fromEntries(inputs.map(({ name, width }) => [name, input(bits<number>(width))]));
  const differs = (name: string): boolean => name === 's_axil_wdata' || name.startsWith('free_keys_expansion_');
  const different = Object.fromEntries(
    inputs
      .filter(({ name }) => differs(name))
      .map(({ name, width }) => [`different_${name}`, input(bits<number>(width))]),
  );
  return module(
    'keys',
    { ...shared, ...different } as Ports,
    (io, m) => {
      const from = io as Readonly<Record<string, Bits>>;
      const one = seenInstance(m, 'one', definition, paths);
      const other = seenInstance(m, 'other', definition, paths);
      for (const { name } of inputs) {
        (portOf(one.instance, name) as Drivable).set(from[name]);
        (portOf(other.instance, name) as Drivable).set(from[differs(name) ? `different_${name}` : name]);
      }
      const held1 = (name: string): Bits => one.seen(`registers.${name}`);
      const both = held1('aw_held').bit(0).and(held1('w_held').bit(0));
      m.assume(
        both
          .and(isKey(held1('write_address')).not())
          .implies(held1('write_data').eq(other.seen('registers.write_data'))),
        'words that are written to other registers are the same',
      );
      for (const { name } of outputs)
        m.assert(
          (portOf(one.instance, name) as Bits).eq(portOf(other.instance, name) as Bits),
          `${name} tells nothing of keys`,
        );
      for (const path of given)
        m.assert(
          one.seen(path).eq(other.seen(path)),
          `what ${path.replace('.', ' is given as ')} tells nothing of keys`,
        );
      for (const path of registers) m.assert(one.seen(path).eq(other.seen(path)), `${path} holds nothing of keys`);
    },
    { documentation: 'Two memory paths that differ in their keys.', parameters: { ...p } },
  );
};
