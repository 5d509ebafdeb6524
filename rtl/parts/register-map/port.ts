import {
  all,
  type Bits,
  type BitsShape,
  type BitsSignal,
  bit,
  bits,
  bundle,
  concat,
  type InputPort,
  type Inside,
  input,
  lit,
  type ModuleBody,
  type ModuleDefinition,
  module,
  type OutputPort,
  output,
  type Ports,
} from '../../hdl/index.ts';
import { type AxiLite, axiLite } from '../axi/bundles.ts';
import type { RegisterDeclarations, RegisterMap } from './declare.ts';
import { type BlockSides, readRegisters, writeRegisters } from './port-access.ts';
import {
  type HasSettings,
  type HasStatus,
  type HasWindows,
  type SettingsShape,
  type StatusShape,
  settingsResets,
  settingsShape,
  statusShape,
  type WindowsBundle,
  windowBundle,
  windowsOf,
} from './port-shapes.ts';
import { elementsOf, leafOf, wordAddress } from './port-words.ts';

type BusPorts = { readonly s_axil: InputPort<AxiLite<{ readonly addressWidth: number }>> };
type Bus = Inside<BusPorts>['s_axil'];

type AllPorts<R extends RegisterDeclarations> = BusPorts &
  (HasSettings<R> extends true ? { readonly settings: OutputPort<SettingsShape<R>> } : unknown) &
  (HasStatus<R> extends true ? { readonly status: InputPort<StatusShape<R>> } : unknown) &
  (HasWindows<R> extends true ? { readonly windows: OutputPort<WindowsBundle<R>> } : unknown);
/** The ports of a register map's port: those that would be empty are left out. */
export type RegisterPortPorts<R extends RegisterDeclarations> = AllPorts<R> extends infer P extends Ports ? P : never;

/** OKAY is 0, SLVERR is 2 (Arm IHI 0022, table of response encodings). */
const responseFor = (accepted: Bits<1>): Bits<2> => concat(accepted.not(), lit(1, 0));

/** What a port with secrets has beside the others. */
interface SecretSides {
  readonly erase: Bits<1>;
  readonly hold: Bits<1>;
  readonly stored: BitsSignal;
}

/** The words with a field that can only be written, in the order of their addresses. */
const secretWords = (map: RegisterMap): readonly number[] =>
  map.placed
    .filter(({ fields }) => fields.some(({ access }) => access === 'write-only'))
    .flatMap((register) => elementsOf(register).map((element) => wordAddress(register, element)));

const writeChannels = (
  bus: Bus,
  m: ModuleBody,
  map: RegisterMap,
  sides: BlockSides,
  secrets: SecretSides | undefined,
): void => {
  const r = m.regs({
    aw_held: { type: bit, reset: 0 },
    w_held: { type: bit, reset: 0 },
    write_address: { type: bits<number>(map.addressWidth - 2), reset: 0 },
    write_data: { type: bits(32), reset: 0 },
    write_strobes: { type: bits(4), reset: 0 },
    bvalid: { type: bit, reset: 0 },
    bresp: { type: bits(2), reset: 0 },
  });
  bus.awready.set(r.aw_held.not());
  bus.wready.set(r.w_held.not());
  bus.bvalid.set(r.bvalid);
  bus.bresp.set(r.bresp);
  const { write } = m.named({ write: r.aw_held.and(r.w_held).and(r.bvalid.not().or(bus.bready)) });

  m.when(bus.awvalid.and(r.aw_held.not()), () => {
    r.aw_held.set(1);
    r.write_address.set(bus.awaddr.slice<number, number>(map.addressWidth - 1, 2));
  });
  m.when(bus.wvalid.and(r.w_held.not()), () => {
    r.w_held.set(1);
    r.write_data.set(bus.wdata);
    r.write_strobes.set(bus.wstrb);
  });
  const transfer = { execute: write, address: r.write_address, data: r.write_data, strobes: r.write_strobes };
  const accepted = writeRegisters(
    m,
    map,
    sides,
    secrets === undefined ? transfer : { ...transfer, hold: secrets.hold },
  );
  if (secrets !== undefined) {
    const { stores } = m.named({ stores: all([write, r.write_strobes.isNonZero(), secrets.hold.not()]) });
    const chosen = secretWords(map).map((address) => all([stores, r.write_address.eq(address)]));
    secrets.stored.set(concat(...chosen.reverse()));
    m.when(secrets.erase, () => eraseSecrets(map, sides));
  }
  m.when(write, () => {
    r.aw_held.set(0);
    r.w_held.set(0);
    r.bvalid.set(1);
    r.bresp.set(responseFor(accepted));
  }).elseWhen(bus.bready, () => r.bvalid.set(0));
};

const readChannels = (bus: Bus, m: ModuleBody, map: RegisterMap, sides: BlockSides): void => {
  const r = m.regs({
    ar_held: { type: bit, reset: 0 },
    read_address: { type: bits<number>(map.addressWidth - 2), reset: 0 },
    rvalid: { type: bit, reset: 0 },
    rresp: { type: bits(2), reset: 0 },
    rdata: { type: bits(32), reset: 0 },
  });
  bus.arready.set(r.ar_held.not());
  bus.rvalid.set(r.rvalid);
  bus.rresp.set(r.rresp);
  bus.rdata.set(r.rdata);
  const { read } = m.named({ read: r.ar_held.and(r.rvalid.not().or(bus.rready)) });

  m.when(bus.arvalid.and(r.ar_held.not()), () => {
    r.ar_held.set(1);
    r.read_address.set(bus.araddr.slice<number, number>(map.addressWidth - 1, 2));
  });
  const { mapped, word, window } = readRegisters(m, map, sides, { execute: read, address: r.read_address });
  const answer = (): void => {
    r.rvalid.set(1);
    r.rdata.set(word);
    r.rresp.set(responseFor(mapped));
  };
  m.when(bus.rready, () => r.rvalid.set(0));
  m.when(read, () => r.ar_held.set(0));
  if (window === undefined) {
    m.when(read, answer);
    return;
  }
  const { window_pending } = m.regs({ window_pending: { type: bit, reset: 0 } });
  window_pending.set(read.and(window.hit));
  m.when(read.and(window.hit.not()), answer);
  m.when(window_pending, () => {
    r.rvalid.set(1);
    r.rdata.set(window.word);
    r.rresp.set(0);
  });
  m.assert(window_pending.implies(r.ar_held.or(r.rvalid).not()), 'while a window is read nothing else is');
};

/**
 * The hardware of a register map: a subordinate on AXI4-Lite, to the cycle as `docs/parts/register-port.md` says.
 * `settings` is what software has set, `status` what the block tells, `windows` the signals to the memories that the
 * block keeps.
 *
 * Latency: response two cycles after acceptance (a window's read three); one access of each direction every two cycles.
 * All outputs of the bus and all `settings` are registers.
 */
export const registerPort = <R extends RegisterDeclarations>(map: RegisterMap<R>) =>
  portOf(map, false) as unknown as ModuleDefinition<RegisterPortPorts<R>>;

/**
 * A register port for secrets. A cycle of `erase` sets all `write-only` fields to 0, whatever is written to them in that cycle; in a cycle of `hold` a write changes none of
 * them. `stored` has a bit for each word with such a field, by address, lowest first: 1 in the cycle in which a write changes it, unless it is erased.
 */
export const secretRegisterPort = <R extends RegisterDeclarations>(map: RegisterMap<R>) =>
  portOf(map, true) as unknown as ModuleDefinition<
    RegisterPortPorts<R> & {
      readonly erase: InputPort<BitsShape<1>>;
      readonly hold: InputPort<BitsShape<1>>;
      readonly stored: OutputPort<BitsShape<number>>;
    }
  >;

const eraseSecrets = (map: RegisterMap, sides: BlockSides): void => {
  for (const register of map.placed)
    for (const element of elementsOf(register))
      for (const field of register.fields)
        if (field.access === 'write-only') leafOf(sides.settings, register, element, field).set(0);
};

const portOf = (map: RegisterMap, secret: boolean): ModuleDefinition<Ports> => {
  const settings = settingsShape(map);
  const status = statusShape(map);
  const windows = windowsOf(map);
  const ports: Ports = {
    ...(secret && { erase: input(bit), hold: input(bit), stored: output(bits<number>(secretWords(map).length)) }),
    s_axil: input(axiLite({ addressWidth: map.addressWidth })),
    ...(settings !== undefined && { settings: output.reg(settings, { reset: settingsResets(map) as never }) }),
    ...(status !== undefined && { status: input(status) }),
    ...(windows.length > 0 && {
      windows: output(bundle(Object.fromEntries(windows.map((window) => [window.name, windowBundle(window)])))),
    }),
  };
  const body = (io: Readonly<Record<string, unknown>>, m: ModuleBody): void => {
    const bus = io.s_axil as Bus;
    const sides = { settings: io.settings, status: io.status, windows: io.windows as BlockSides['windows'] };
    writeChannels(bus, m, map, sides, secret ? (io as unknown as SecretSides) : undefined);
    readChannels(bus, m, map, sides);
  };
  const documentation = `Control registers of ${map.name}: ${map.description}`;
  return module(`${map.name}_registers`, ports, body as never, { documentation });
};
