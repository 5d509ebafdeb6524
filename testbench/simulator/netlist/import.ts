/**
 * A netlist written by Yosys' `write_json` as a module of the intermediate representation, so that one compiler runs both.
 * Word-level cells (after `proc`, `memory_collect`) and gates are read, hierarchy is kept. The clock port goes, as everywhere in
 * the intermediate representation; `aresetn` stays as an ordinary first input, because the netlist's logic uses it.
 */

import type {
  Expression,
  Instance,
  Memory,
  Module,
  Signal,
  SignalKind,
  SourceLocation,
  Statement,
} from '../../../rtl/hdl/ir.ts';
import { setInitialValue } from '../initial-values.ts';
import { combinationalCells } from './cells.ts';
import { clockPorts } from './clock-ports.ts';
import { and, binary, concatenation, constant, isTrue, multiplex, not, reference, slice } from './expressions.ts';
import type { FlipFlop } from './flip-flops.ts';
import { flipFlopOf, UnsupportedCell } from './flip-flops.ts';
import { addMemory } from './memories.ts';
import { initialBits, netNames } from './nets.ts';
import type { NetlistBit, NetlistCell, NetlistModule, YosysNetlist } from './yosys-netlist.ts';

/** Reads the module `top` and what it instantiates. Throws `UnsupportedCell` for what cannot be simulated. */
export const fromYosysNetlist = (netlist: YosysNetlist, top: string): Module => {
  const converted = new Map<string, ConvertedModule>();
  const convert = (name: string, path: readonly string[]): ConvertedModule => {
    const known = converted.get(name);
    if (known !== undefined) return known;
    if (path.includes(name)) throw new Error(`module '${name}' instantiates itself`);
    const module = netlist.modules[name];
    if (module === undefined) {
      throw new Error(
        path.length === 0
          ? `the netlist has no module '${name}'; it has ${Object.keys(netlist.modules).join(', ')}`
          : `the netlist has no module '${name}', which '${path.at(-1)}' instantiates; read its source too`,
      );
    }
    const result = new ModuleImport(name, module, (below) => convert(below, [...path, name])).run();
    converted.set(name, result);
    return result;
  };
  return convert(top, []).module;
};

interface ConvertedModule {
  readonly module: Module;
  /** Ports that carry the clock and were dropped. */
  readonly clocks: ReadonlySet<string>;
}

export const locationOf = (attributes: Readonly<Record<string, string>>): SourceLocation => {
  const match = /^([^|]*?):(\d+)(?:\.(\d+))?/.exec(attributes.src ?? '');
  return { file: match?.[1] ?? 'netlist', line: Number(match?.[2] ?? 1), column: Number(match?.[3] ?? 1) };
};

const ignoredCells = new Set(['$scopeinfo', '$print', '$meminit', '$meminit_v2']);

export class ModuleImport {
  readonly name: string;
  readonly source: NetlistModule;
  readonly signals: Signal[] = [];
  readonly memories: Memory[] = [];
  readonly instances: Instance[] = [];
  readonly body: Statement[] = [];
  readonly #child: (name: string) => ConvertedModule;
  readonly #drivers = new Map<number, { readonly signal: Signal; readonly index: number }>();
  readonly #names = new Set<string>();
  readonly #netNames: ReadonlyMap<string, string>;
  readonly #initial: ReadonlyMap<number, string>;

  constructor(name: string, source: NetlistModule, child: (name: string) => ConvertedModule) {
    this.name = name;
    this.source = source;
    this.#child = child;
    this.#netNames = netNames(source);
    this.#initial = initialBits(source);
  }

  run(): ConvertedModule {
    const clocks = clockPorts(this.name, this.source, (name) => this.#child(name).clocks);
    const outputs: [Signal, readonly NetlistBit[]][] = [];
    for (const [name, port] of this.#orderedPorts()) {
      if (clocks.has(name)) continue;
      if (port.direction === 'inout')
        throw new Error(
          `port '${name}' of '${this.name}' is an inout, which cannot be simulated; split it into an input and an output`,
        );
      this.#names.add(name);
      const signal = this.#add(port.direction === 'input' ? 'input' : 'wire', name, port.bits.length, port.direction);
      if (port.direction === 'input') this.drive(port.bits, signal);
      else outputs.push([signal, port.bits]);
    }
    // Every output first, so that connections can refer to all of them.
    const later: (() => void)[] = [];
    for (const [name, cell] of Object.entries(this.source.cells))
      if (!ignoredCells.has(cell.type)) later.push(this.#cell(name, cell));
    for (const finish of later) finish();
    for (const [signal, bits] of outputs) this.assign(signal, this.expression(bits));
    return {
      clocks,
      module: {
        name: this.name,
        blackBox: false,
        clocked: false,
        signals: this.signals,
        memories: this.memories,
        instances: this.instances,
        body: this.body,
        location: locationOf(this.source.attributes),
      },
    };
  }

  /** `aresetn` first, as in every record of inputs. */
  #orderedPorts(): [string, NetlistModule['ports'][string]][] {
    const ports = Object.entries(this.source.ports);
    return [...ports.filter(([name]) => name === 'aresetn'), ...ports.filter(([name]) => name !== 'aresetn')];
  }

  #add(kind: SignalKind, name: string, width: number, port: 'input' | 'output' | null = null): Signal {
    const signal: Signal = {
      kind,
      name,
      width,
      signed: false,
      port,
      reset: null,
      initial: null,
      location: locationOf({}),
    };
    this.signals.push(signal);
    return signal;
  }

  /** A new signal, named after the net that it drives where that has a name. */
  signal(kind: SignalKind, bits: readonly NetlistBit[], fallback: string): Signal {
    const base = this.#netNames.get(bits.join()) ?? fallback;
    let name = base;
    for (let count = 2; this.#names.has(name); count++) name = `${base}$${count}`;
    this.#names.add(name);
    return this.#add(kind, name, bits.length);
  }

  drive(bits: readonly NetlistBit[], signal: Signal): void {
    bits.forEach((bit, index) => {
      if (typeof bit === 'number') this.#drivers.set(bit, { signal, index });
    });
  }

  assign(target: Signal, value: Expression): void {
    this.body.push({ kind: 'assign', target, low: 0, value, location: target.location });
  }

  /** The value of a list of bits, least significant first. */
  expression(bits: readonly NetlistBit[]): Expression {
    const parts: Expression[] = [];
    for (let index = 0; index < bits.length; ) {
      const bit = bits[index];
      const driver = typeof bit === 'number' ? this.#drivers.get(bit) : undefined;
      let end = index + 1;
      if (driver === undefined) {
        let value = bit === '1' ? 1n : 0n;
        for (; end < bits.length; end++) {
          const next = bits[end];
          if (typeof next === 'number' && this.#drivers.has(next)) break;
          if (next === '1') value |= 1n << BigInt(end - index);
        }
        parts.push(constant(end - index, value));
      } else {
        for (; end < bits.length; end++) {
          const next = bits[end];
          const other = typeof next === 'number' ? this.#drivers.get(next) : undefined;
          if (other === undefined || other.signal !== driver.signal || other.index !== driver.index + end - index)
            break;
        }
        parts.push(slice(reference(driver.signal), driver.index, end - index));
      }
      index = end;
    }
    return concatenation(parts.reverse());
  }

  /** Declares a cell's outputs at once; what it returns connects its inputs. */
  #cell(name: string, cell: NetlistCell): () => void {
    const port = (pin: string): Expression => {
      const bits = cell.connections[pin];
      if (bits === undefined || bits.length === 0)
        throw new Error(`cell '${name}' of type '${cell.type}' has no connection '${pin}'`);
      return this.expression(bits);
    };
    const translate = combinationalCells.get(cell.type);
    if (translate !== undefined) {
      const bits = cell.connections.Y ?? [];
      const output = this.signal('wire', bits, name);
      this.drive(bits, output);
      return () => this.assign(output, translate(cell, port, bits.length));
    }
    if (cell.type === '$mem_v2') return addMemory(this, name, cell);
    if (['$assert', '$assume', '$cover', '$check'].includes(cell.type)) return () => this.#property(name, cell, port);
    if (!cell.type.startsWith('$')) return this.#instance(name, cell);
    const flipFlop = flipFlopOf(name, cell);
    if (flipFlop === null)
      throw new UnsupportedCell(
        name,
        cell.type,
        'no cell of this type is known; run `proc`, `memory_collect` and, for arithmetic such as division, `techmap` before writing the netlist',
      );
    return this.#flipFlop(name, cell, flipFlop, port);
  }

  #flipFlop(name: string, cell: NetlistCell, flipFlop: FlipFlop, port: (pin: string) => Expression): () => void {
    const bits = cell.connections.Q ?? [];
    const register = this.signal('register', bits, name);
    const initial = bits.reduce(
      (value, bit, index) =>
        typeof bit === 'number' && this.#initial.get(bit) === '1' ? value | (1n << BigInt(index)) : value,
      0n,
    );
    setInitialValue(register, initial);
    const { reset, enable } = flipFlop;
    const shown = reset?.asynchronous === true ? this.signal('wire', bits, `${name}_shown`) : register;
    this.drive(bits, shown);
    return () => {
      const active = (pin: { port: string; high: boolean }): Expression =>
        pin.high ? port(pin.port) : not(port(pin.port));
      const old = reference(register);
      let next = port(flipFlop.data);
      if (reset?.gated) next = multiplex(active(reset), constant(register.width, reset.value), next);
      if (enable !== null) next = multiplex(active(enable), next, old);
      if (reset !== null && !reset.gated) next = multiplex(active(reset), constant(register.width, reset.value), next);
      this.assign(register, next);
      if (shown !== register && reset !== null)
        this.assign(shown, multiplex(active(reset), constant(register.width, reset.value), old));
    };
  }

  #instance(name: string, cell: NetlistCell): () => void {
    const below = this.#child(cell.type);
    const outputs = new Map<string, Signal>();
    for (const port of below.module.signals) {
      if (port.port !== 'output') continue;
      const bits = cell.connections[port.name] ?? Array.from({ length: port.width }, () => 'x');
      const signal = this.signal('instance_output', bits, `${name}_${port.name}`);
      this.drive(bits, signal);
      outputs.set(port.name, signal);
    }
    return () => {
      const inputs = new Map<string, Expression>();
      for (const port of below.module.signals) {
        if (port.port !== 'input') continue;
        const bits = cell.connections[port.name];
        inputs.set(
          port.name,
          bits === undefined || bits.length === 0 ? constant(port.width, 0n) : this.expression(bits),
        );
      }
      this.instances.push({ name, module: below.module, inputs, outputs, location: locationOf(cell.attributes) });
    };
  }

  #property(name: string, cell: NetlistCell, port: (pin: string) => Expression): void {
    const flavour = cell.type === '$check' ? (cell.parameters.FLAVOR ?? '').trim() : cell.type.slice(1);
    if (flavour !== 'assert' && flavour !== 'assume' && flavour !== 'cover') return;
    const [held, enabled] = [isTrue(port('A')), isTrue(port('EN'))];
    const condition = flavour === 'cover' ? and(held, enabled) : binary('or', held, not(enabled));
    this.body.push({ kind: 'property', flavour, name, condition, location: locationOf(cell.attributes) });
  }
}
