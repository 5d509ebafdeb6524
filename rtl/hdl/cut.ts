import { fail } from './diagnostic.ts';
import { reference } from './expression.ts';
import type { Expression, Instance, Module, Signal, SourceLocation, Statement } from './ir.ts';
import { elaborateBody, giveModule, type ModuleDefinition } from './module.ts';
import { ownerNames } from './module-builder.ts';
import { noteModule, notesOf } from './module-notes.ts';
import { input, type Ports } from './ports.ts';
import { bits } from './shapes.ts';
import { here } from './source-location.ts';

const freeName = (taken: Set<string>, base: string): string => {
  let name = base;
  for (let number = 2; taken.has(name); number += 1) name = `${base}_${number}`;
  taken.add(name);
  return name;
};

const portSignal = (owner: string, name: string, like: Signal, port: 'input' | 'output'): Signal => {
  const kind = port === 'input' ? 'input' : 'wire';
  const { width, signed, location } = like;
  const signal: Signal = { kind, name, width, signed, port, reset: null, initial: null, location };
  ownerNames.set(signal, owner);
  return signal;
};

/** Has the ports of the module, and for each output an input more, which the output follows. */
const hollow = (module: Module): { readonly module: Module; readonly free: ReadonlyMap<string, string> } => {
  const name = `${module.name}_cut`;
  const ports = module.signals.filter(({ port }) => port !== null);
  const taken = new Set(ports.map((port) => port.name));
  const free = new Map<string, string>();
  const signals: Signal[] = [];
  const body: Statement[] = [];
  const more: Signal[] = [];
  for (const port of ports) {
    const own = portSignal(name, port.name, port, port.port as 'input' | 'output');
    signals.push(own);
    if (port.port === 'input') continue;
    const source = portSignal(name, freeName(taken, `free_${port.name}`), port, 'input');
    more.push(source);
    free.set(port.name, source.name);
    const { location } = port;
    body.push({ kind: 'assign', target: own, low: 0, value: reference(source, location), location });
  }
  const { location } = module;
  const made: Module = {
    name,
    blackBox: false,
    clocked: false,
    signals: [...signals, ...more],
    memories: [],
    instances: [],
    body,
    location,
  };
  noteModule(made, { documentation: `In the place of ${module.name}.` });
  return { module: made, free };
};

interface Cut {
  readonly module: Module;
  /** The input ports that were added, by the path of the output that each stands for. */
  readonly inputs: readonly (readonly [string, Signal])[];
}

const without = (module: Module, paths: readonly (readonly string[])[], location: SourceLocation): Cut => {
  const taken = new Set(module.signals.map(({ name }) => name));
  const groups = new Map<string, (readonly string[])[]>();
  for (const [head = '', ...rest] of paths) groups.set(head, [...(groups.get(head) ?? []), rest]);
  const instances = new Map<Instance, Instance>();
  const inputs: (readonly [string, Signal])[] = [];
  for (const [head, inner] of groups) {
    const instance = module.instances.find(({ name }) => name === head);
    if (instance === undefined)
      return fail('unknown-signal', location, {
        name: head,
        what: 'instance',
        module: module.name,
        known: module.instances.map(({ name }) => name).join(', '),
      });
    const connected = new Map<string, Expression>(instance.inputs);
    const connect = (path: string, port: string, like: Signal): void => {
      const own = portSignal(module.name, freeName(taken, `free_${path.replaceAll('.', '_')}`), like, 'input');
      connected.set(port, reference(own, location));
      inputs.push([path, own]);
    };
    if (inner.some((rest) => rest.length === 0)) {
      const { module: held, free } = hollow(instance.module);
      for (const [output, signal] of instance.outputs) connect(`${head}.${output}`, free.get(output) as string, signal);
      instances.set(instance, { ...instance, module: held, inputs: connected });
    } else {
      const { module: held, inputs: added } = without(instance.module, inner, location);
      for (const [path, signal] of added) connect(`${head}.${path}`, signal.name, signal);
      instances.set(instance, { ...instance, module: held, inputs: connected });
    }
  }
  const outside = module.signals.filter(({ port }) => port !== null);
  const changed: Module = {
    ...module,
    signals: [...outside, ...inputs.map(([, signal]) => signal), ...module.signals.filter(({ port }) => port === null)],
    instances: module.instances.map((instance) => instances.get(instance) ?? instance),
  };
  noteModule(changed, notesOf(module));
  return { module: changed, inputs };
};

/** What a module is when instances inside it are cut out. */
export interface CutModule<P extends Ports> {
  readonly definition: ModuleDefinition<P>;
  /** The input ports that stand for their outputs: by path, the port and its width. */
  readonly free: ReadonlyMap<string, { readonly port: string; readonly width: number }>;
}

/**
 * A module in which what instances inside it give is given from outside: an input more for each of their outputs. For proofs, in which an input is
 * anything in every cycle: what is proved around it holds whatever those instances do. The module itself stays as it is.
 *
 * @param instances their paths, names joined by dots
 * @throws ElaborationError where there is no such instance
 */
export const cut = <P extends Ports>(definition: ModuleDefinition<P>, instances: readonly string[]): CutModule<P> => {
  const paths = instances.map((path) => path.split('.'));
  const made = without(elaborateBody(definition), paths, here());
  const free = new Map(made.inputs.map(([path, { name, width }]) => [path, { port: name, width }]));
  const ports = Object.fromEntries([...free.values()].map(({ port, width }) => [port, input(bits<number>(width))]));
  const result = { name: definition.name, ports: { ...definition.ports, ...ports } } as unknown as ModuleDefinition<P>;
  giveModule(result, made.module);
  return { definition: result, free };
};
