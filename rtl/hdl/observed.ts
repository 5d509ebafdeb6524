import { fail } from './diagnostic.ts';
import { reference } from './expression.ts';
import type { Expression, Instance, Module, Signal, SourceLocation, Statement } from './ir.ts';
import { elaborateBody, giveModule, type ModuleDefinition } from './module.ts';
import { ownerNames } from './module-builder.ts';
import { noteModule, notesOf } from './module-notes.ts';
import { type OutputPort, output, type Ports } from './ports.ts';
import { bits } from './shapes.ts';
import { here } from './source-location.ts';
import type { Bits, Shape } from './types.ts';

type Observations = Readonly<Record<string, string>>;

type Observed<P extends Ports, O extends Observations> = ModuleDefinition<
  P & { readonly [K in keyof O]: OutputPort<Shape<Bits>> }
>;

interface Seen {
  readonly module: Module;
  /** The output ports, in the order of the paths. */
  readonly ports: readonly Signal[];
}

const freeName = (taken: Set<string>, base: string): string => {
  let name = base;
  for (let number = 2; taken.has(name); number += 1) name = `${base}_${number}`;
  taken.add(name);
  return name;
};

const unknown = (
  name: string,
  what: string,
  module: Module,
  known: readonly { readonly name: string }[],
  location: SourceLocation,
): never =>
  fail('unknown-signal', location, {
    name,
    what,
    module: module.name,
    known: known.map((one) => one.name).join(', '),
  });

/** What a name stands for: a signal, or `memory[address]`, a word of a memory. */
const valueNamed = (module: Module, name: string, location: SourceLocation): Expression | undefined => {
  const signal = module.signals.find((each) => each.name === name);
  if (signal !== undefined) return reference(signal, location);
  const [, of, at] = /^(\w+)\[(\d+)\]$/.exec(name) ?? [];
  const memory = module.memories.find((each) => each.name === of);
  if (memory === undefined || Number(at) >= memory.depth) return undefined;
  const width = Math.max(1, Math.ceil(Math.log2(memory.depth)));
  const address = { kind: 'constant', value: BigInt(at ?? 0), width, signed: false, location } as const;
  return { kind: 'memory_read', memory, address, width: memory.width, signed: false, location };
};

/** The module with an output more for each path; `names` are those of the outputs. */
const expose = (
  module: Module,
  paths: readonly (readonly string[])[],
  names: readonly string[] | null,
  location: SourceLocation,
): Seen => {
  const taken = new Set(module.signals.map(({ name }) => name));
  const body: Statement[] = [...module.body];
  const inner: Signal[] = [];
  const instances = new Map<Instance, Instance>();
  const sources = new Map<number, Expression>();
  const groups = new Map<string, number[]>();
  for (const [at, [head = '', ...rest]] of paths.entries()) {
    if (rest.length > 0) groups.set(head, [...(groups.get(head) ?? []), at]);
    else {
      const value = valueNamed(module, head, location);
      if (value === undefined)
        return unknown(head, 'signal or word of a memory', module, [...module.signals, ...module.memories], location);
      sources.set(at, value);
    }
  }
  for (const [head, members] of groups) {
    const instance = module.instances.find(({ name }) => name === head);
    if (instance === undefined) return unknown(head, 'instance', module, module.instances, location);
    const held = expose(
      instance.module,
      members.map((at) => (paths[at] ?? []).slice(1)),
      null,
      location,
    );
    const outputs = new Map(instance.outputs);
    for (const [index, at] of members.entries()) {
      const port = held.ports[index] as Signal;
      const name = freeName(taken, `${head}_${port.name}`);
      const signal: Signal = { ...port, kind: 'instance_output', name, port: null };
      ownerNames.set(signal, module.name);
      inner.push(signal);
      outputs.set(port.name, signal);
      sources.set(at, reference(signal, location));
    }
    instances.set(instance, { ...instance, module: held.module, outputs });
  }
  const ports = paths.map((path, at): Signal => {
    const source = sources.get(at) as Expression;
    const name = names?.[at] ?? freeName(taken, `observed_${path.join('_').replaceAll(/[[\]]/g, '_')}`);
    const { width } = source;
    const port: Signal = {
      kind: 'wire',
      name,
      width,
      signed: false,
      port: 'output',
      reset: null,
      initial: null,
      location,
    };
    ownerNames.set(port, module.name);
    body.push({ kind: 'assign', target: port, low: 0, value: source, location });
    return port;
  });
  const outside = module.signals.filter((signal) => signal.port !== null);
  const changed: Module = {
    ...module,
    signals: [...outside, ...ports, ...module.signals.filter((signal) => signal.port === null), ...inner],
    instances: module.instances.map((instance) => instances.get(instance) ?? instance),
    body,
  };
  noteModule(changed, notesOf(module));
  return { module: changed, ports };
};

/**
 * A module with an output more for each signal inside it that properties around it speak of: the name of the output, and the path of the signal,
 * names joined by dots; `memory[3]` is the word of a memory at this address. The module itself stays as it is.
 *
 * @throws ElaborationError where there is no such signal
 */
export const observed = <P extends Ports, const O extends Observations>(
  definition: ModuleDefinition<P>,
  observations: O,
): Observed<P, O> => {
  const names = Object.keys(observations);
  const paths = Object.values(observations).map((path) => path.split('.'));
  const seen = expose(elaborateBody(definition), paths, names, here());
  const ports = Object.fromEntries(seen.ports.map(({ name, width }) => [name, output(bits<number>(width))]));
  const result = { name: definition.name, ports: { ...definition.ports, ...ports } } as unknown as Observed<P, O>;
  giveModule(result, seen.module);
  return result;
};
