import { type BundleSide, buildSide, type DirectedLeaf, type Flow, opposite } from './bundle.ts';
import { type BitsBranch, match, matchBits, type StateBranches, type WhenChain, when } from './control.ts';
import { marked, refuseStranger } from './copies.ts';
import { checkState, declareNamed, declareRegister, declareWire } from './declarations.ts';
import { ElaborationError, fail } from './diagnostic.ts';
import { reference } from './expression.ts';
import { checkObject, checkOptions, guarded } from './guarded.ts';
import type { Expression, Instance, Module, Signal, SourceLocation } from './ir.ts';
import {
  declareMemory,
  declareRom,
  type MemoryDeclaration,
  type MemoryHandle,
  type Rom,
  type RomDeclaration,
} from './memory.ts';
import { ModuleBuilder, runBody } from './module-builder.ts';
import { type ModuleNotes, noteModule } from './module-notes.ts';
import { portResets } from './port-resets.ts';
import type { Inside, Outside, Port, Ports, Reset } from './ports.ts';
import { checkName } from './reserved-words.ts';
import { append, scopeDepth, withScope } from './scope.ts';
import { describeOperand } from './shape.ts';
import { here } from './source-location.ts';
import type {
  Bits,
  Directed,
  Enumerated,
  OperandOf,
  outView,
  ReadOf,
  Shape,
  SignalOf,
  Value,
  ValueOf,
} from './types.ts';
import { type AbstractValue, conditionOf, type Leaf, literal } from './value.ts';

/** What a module's body declares and does; the second argument of the body. */
export interface ModuleBody {
  /** Registers: clocked, with their value in reset. Unset, they hold. */
  regs<D extends Readonly<Record<string, { readonly type: Shape; readonly reset: unknown }>>>(
    declarations: D & {
      readonly [K in keyof D]: { readonly type: D[K]['type']; readonly reset: Reset<ValueOf<D[K]['type']>> } & Only<
        D[K],
        'type' | 'reset'
      >;
    },
  ): { readonly [K in keyof D]: SignalOf<D[K]['type']> };
  /** Wires: combinational; without a default every path sets them. */
  wires<D extends Readonly<Record<string, { readonly type: Directed; readonly default?: unknown }>>>(
    declarations: D & {
      readonly [K in keyof D]: { readonly type: D[K]['type']; readonly default?: DefaultOf<D[K]['type']> } & Only<
        D[K],
        'type' | 'default'
      >;
    },
  ): { readonly [K in keyof D]: D[K]['type'][typeof outView] };
  /** Gives expressions the names of the keys, in the Verilog and in waves. */
  named<D extends Readonly<Record<string, Value>>>(values: D): { readonly [K in keyof D]: ReadOf<D[K]> };
  when(condition: Bits<1>, body: () => void): WhenChain;
  /** One branch for each state of an enumeration. */
  match<N extends string>(subject: Enumerated<N>, branches: StateBranches<N>): void;
  /** One branch for each value, or list of values. */
  matchBits(subject: Bits, branches: readonly BitsBranch[], otherwise?: () => void): void;
  memories<D extends Readonly<Record<string, MemoryDeclaration>>>(
    declarations: D & { readonly [K in keyof D]: Only<D[K], keyof MemoryDeclaration> },
  ): { readonly [K in keyof D]: MemoryHandle<D[K]['type']> };
  roms<
    D extends Readonly<
      Record<string, { readonly type: Shape; readonly contents: readonly unknown[]; readonly depth?: number }>
    >,
  >(
    declarations: D & { readonly [K in keyof D]: RomDeclaration<D[K]['type']> & Only<D[K], keyof RomDeclaration> },
  ): { readonly [K in keyof D]: Rom<D[K]['type']> };
  instances<D extends Readonly<Record<string, ModuleDefinition<Ports>>>>(
    definitions: D,
  ): { readonly [K in keyof D]: D[K] extends ModuleDefinition<infer P> ? Outside<P> : never };
  /** Checked at every clock edge outside reset, where the enclosing conditions hold. */
  assert(condition: Bits<1>, name: string): void;
  assume(condition: Bits<1>, name: string): void;
  cover(condition: Bits<1>, name: string): void;
}

/** Refuses keys that are not among the known ones. */
type Only<Given, Known extends PropertyKey> = { readonly [Key in Exclude<keyof Given, Known>]: never };

type DefaultOf<D> = D extends Shape<infer V> ? OperandOf<V> | 0 : 0;

export interface ModuleOptions {
  /** A sentence or more for the head of the Verilog file. */
  readonly documentation?: string;
  /** The parameters that the module was made with: shown in its head, and in its name where there are several variants. */
  readonly parameters?: Readonly<Record<string, unknown>>;
}

const moduleOptions = ['documentation', 'parameters'];

export interface BlackBoxOptions extends ModuleOptions {
  /** The Verilog of the module, emitted as it is; without it the module comes from elsewhere. */
  readonly verilog?: string;
  /** Whether it has `aclk` and `aresetn`, before the other ports. */
  readonly clocked?: boolean;
}

/** A module with its ports: elaborated when it is needed. */
export interface ModuleDefinition<P extends Ports> {
  readonly name: string;
  readonly ports: P;
}

interface Recipe {
  readonly location: SourceLocation;
  readonly body: ((io: unknown, m: ModuleBody) => void) | null;
  readonly clocked: boolean;
  readonly notes: ModuleNotes;
}

const recipes = new WeakMap<ModuleDefinition<Ports>, Recipe>();
const elaborated = new WeakMap<ModuleDefinition<Ports>, Module>();
const deepestHierarchy = 200;

/** Declares a module; `body` runs when the module is elaborated. */
export const module = <const P extends Ports>(
  name: string,
  ports: P,
  body: (io: Inside<P>, m: ModuleBody) => void,
  options: ModuleOptions = {},
): ModuleDefinition<P> => {
  checkOptions(options, moduleOptions, `module ${name}`);
  checkObject(ports, `module ${name}`, 'an object of ports such as { a: input(bits(8)) } as its second argument');
  if (typeof body !== 'function') {
    fail('wrong-kind', here(), {
      operation: `module ${name}`,
      expected: 'a function (io, m) => { ... } as its third argument',
      actual: describeOperand(body),
    });
  }
  const definition: ModuleDefinition<P> = marked({ name, ports });
  // Each definition's body takes the view of that definition's own ports.
  recipes.set(definition, { location: here(), body: body as Recipe['body'], clocked: false, notes: options });
  return definition;
};

/** A module whose Verilog comes from elsewhere. */
export const blackBox = <const P extends Ports>(
  name: string,
  ports: P,
  options: BlackBoxOptions = {},
): ModuleDefinition<P> => {
  checkOptions(options, [...moduleOptions, 'verilog', 'clocked'], `black box ${name}`);
  const definition: ModuleDefinition<P> = marked({ name, ports });
  recipes.set(definition, { location: here(), body: null, clocked: options.clocked ?? false, notes: options });
  return definition;
};

const directionOf = (flow: Flow): 'input' | 'output' => (flow === 'in' ? 'input' : 'output');

const declarePort = (builder: ModuleBuilder, name: string, port: Port): AbstractValue | BundleSide => {
  if (typeof port !== 'object' || port === null || !('storage' in port)) {
    fail('wrong-kind', builder.location, {
      operation: `the port ${name}`,
      expected: 'input(...) or output(...)',
      actual: describeOperand(port),
    });
  }
  const { location } = port;
  const resets = portResets(port, name);
  return buildSide(port.directed, name, port.flow, (leaf) => {
    const direction = directionOf(leaf.flow);
    const reset = resets.get(leaf.name);
    const { storage } = port;
    const type = { width: leaf.info.width, signed: leaf.info.kind === 'bits' && leaf.info.signed };
    const defaultOf = (value: number | bigint): Expression => {
      const expression = literal(value, type, location, leaf.name);
      checkState(leaf.info, BigInt(value), `the default of ${leaf.name}`, location);
      return expression;
    };
    const hasDefault = leaf.flow === 'out' && storage.kind === 'wire' && storage.default !== undefined;
    const signal = builder.declareSignal(
      leaf.name,
      leaf.info,
      {
        kind: direction === 'input' ? 'input' : reset === undefined ? 'wire' : 'register',
        port: direction,
        reset: reset ?? null,
        initial: hasDefault ? defaultOf(storage.default as number | bigint) : null,
      },
      'port',
      location,
    );
    return builder.leafOf(signal, direction === 'output');
  });
};

/** A value drivable from outside for each input of the instance, and the instance's output for each output. */
const declareInstance = (builder: ModuleBuilder, name: string, definition: ModuleDefinition<Ports>): unknown => {
  const location = here();
  builder.takeName(name, 'instance', location);
  const held = elaborateBody(definition);
  const inputs = new Map<string, Expression>();
  const outputs = new Map<string, Signal>();
  const leafAt = (leaf: DirectedLeaf): Leaf => {
    const isInput = leaf.flow === 'out';
    const options = { kind: isInput ? 'wire' : 'instance_output' } as const;
    const signal = builder.declareSignal(`${name}_${leaf.name}`, leaf.info, options, 'instance port', location);
    if (isInput) inputs.set(leaf.name, reference(signal, location));
    else outputs.set(leaf.name, signal);
    return builder.leafOf(signal, isInput);
  };
  const sides = Object.entries(definition.ports).map(
    ([key, port]) => [key, buildSide(port.directed, key, opposite(port.flow), leafAt)] as const,
  );
  const instance: Instance = { name, module: held, inputs, outputs, location };
  builder.instances.push(instance);
  return guarded(Object.fromEntries(sides));
};

const mapRecord = <T>(record: Readonly<Record<string, T>>, make: (name: string, value: T) => unknown): object => {
  checkObject(record, 'a declaration', 'an object of names such as { count: ... }');
  return guarded(Object.fromEntries(Object.entries(record).map(([name, value]) => [name, make(name, value)])));
};

const property =
  (flavour: 'assert' | 'assume' | 'cover') =>
  (condition: Bits<1>, name: string): void => {
    const location = here();
    if (typeof name !== 'string')
      fail('wrong-kind', location, {
        operation: `m.${flavour}(condition, name)`,
        expected: 'a name that says what holds',
        actual: describeOperand(name),
      });
    append({
      kind: 'property',
      flavour,
      name,
      condition: conditionOf(condition, `m.${flavour}('${name}')`, location),
      location,
    });
  };

const bodyOf = (builder: ModuleBuilder): ModuleBody => {
  const operations = {
    regs: (declarations: Readonly<Record<string, { type: Shape; reset: unknown }>>) =>
      mapRecord(declarations, (name, declaration) => declareRegister(builder, name, declaration)),
    wires: (declarations: Readonly<Record<string, { type: Directed; default?: unknown }>>) =>
      mapRecord(declarations, (name, declaration) => declareWire(builder, name, declaration)),
    named: (values: Readonly<Record<string, unknown>>) =>
      mapRecord(values, (name, value) => declareNamed(builder, name, value)),
    when,
    match,
    matchBits,
    memories: (declarations: Readonly<Record<string, MemoryDeclaration>>) =>
      mapRecord(declarations, (name, declaration) => declareMemory(builder, name, declaration)),
    roms: (declarations: Readonly<Record<string, RomDeclaration>>) =>
      mapRecord(declarations, (name, declaration) => declareRom(builder, name, declaration)),
    instances: (definitions: Readonly<Record<string, ModuleDefinition<Ports>>>) =>
      mapRecord(definitions, (name, definition) => declareInstance(builder, name, definition)),
    assert: property('assert'),
    assume: property('assume'),
    cover: property('cover'),
  };
  // The run-time values are of the classes that implement the public types; only the widths are unknown to them.
  return operations as unknown as ModuleBody;
};

/** Makes a definition stand for a module that was elaborated already. */
export const giveModule = (definition: ModuleDefinition<Ports>, given: Module): void => {
  elaborated.set(marked(definition), given);
};

/** Runs a definition's body, once: the module is unchecked and under its own name. */
export const elaborateBody = (definition: ModuleDefinition<Ports>): Module => {
  const known = elaborated.get(definition);
  if (known !== undefined) return known;
  const recipe = recipes.get(definition);
  if (recipe === undefined) {
    refuseStranger(definition, 'elaborate', here());
    const actual = describeOperand(definition);
    return fail('wrong-kind', here(), { operation: 'elaborate', expected: 'the result of module()', actual });
  }
  const { location, body } = recipe;
  if (scopeDepth() > deepestHierarchy) fail('recursive-module', location, { module: definition.name });
  checkName(definition.name, 'module', location);
  const builder = new ModuleBuilder(definition.name, location);
  const result = withScope(builder, () => {
    const io = mapRecord(definition.ports, (name, port) => declarePort(builder, name, port));
    if (body !== null) runBody(() => body(io, bodyOf(builder)), `the body of module ${definition.name}`, location);
    if (builder.diagnostics.length > 0) throw new ElaborationError(builder.diagnostics);
    const finished = builder.finish();
    return body === null ? { ...finished, blackBox: true, clocked: recipe.clocked } : finished;
  });
  noteModule(result, recipe.notes);
  elaborated.set(definition, result);
  return result;
};
