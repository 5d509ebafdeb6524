import { enumerationOf } from '../../hdl/enumeration-notes.ts';
import type { Expression, Memory, Module, Signal } from '../../hdl/ir.ts';
import { isReserved } from '../../hdl/reserved-words.ts';
import { rootsOf } from '../../hdl/traverse.ts';
import type {
  VerilogConnection,
  VerilogExpression,
  VerilogItem,
  VerilogModule,
  VerilogPort,
  VerilogStatement,
} from '../ast.ts';
import { binaryOf, name, number } from './build.ts';
import { inlinedConnections } from './connections.ts';
import { fillCounter, memoryContents, memoryDeclarations } from './contents.ts';
import { ExpressionLowering } from './expressions.ts';
import { groupRegisters, groupWires } from './groups.ts';
import { headerOf } from './header.ts';
import { withoutDeadBranches } from './known.ts';
import { Namespace } from './namespace.ts';
import { project, type Subject, subjectsOf } from './projection.ts';
import { plainSegments, type Segment } from './segments.ts';
import { splitWires } from './split-wires.ts';
import { partOf, StatementLowering } from './statements.ts';
import { StateNames } from './states.ts';
import { unusedParts } from './unused.ts';

export interface LowerOptions {
  /** Whether assert, assume and cover are emitted, as immediate statements. */
  readonly properties: boolean;
}

const clock = 'aclk';
const reset = 'aresetn';

class ModuleLowering {
  readonly #source: Module;
  readonly #module: Module;
  readonly #options: LowerOptions;
  readonly #states: StateNames;
  readonly #expressions: ExpressionLowering;
  readonly #plain: Map<Signal, readonly Segment[] | null>;
  readonly #inlined: ReadonlyMap<Signal, Expression>;
  readonly #groups: VerilogItem[][] = [];
  readonly #namespace: Namespace;
  readonly #counter: string;

  constructor(given: Module, options: LowerOptions) {
    const whole = splitWires(given);
    const module = { ...whole, body: withoutDeadBranches(whole.body) };
    this.#source = given;
    this.#module = module;
    this.#options = options;
    this.#plain = plainSegments(module.body);
    const taken = [...module.signals, ...module.memories, ...module.instances].map((one) => one.name);
    const namespace = new Namespace([...taken, clock, reset, 'unused']);
    this.#namespace = namespace;
    this.#counter = namespace.take('index');
    this.#states = new StateNames(module, namespace);
    this.#expressions = new ExpressionLowering(namespace, this.#states, rootsOf(module));
    this.#inlined = inlinedConnections(module, this.#plain, (value) => this.#expressions.weight(value));
  }

  lower(): VerilogModule {
    const { signals, memories } = this.#module;
    this.#instances();
    this.#constantWires();
    this.#body();
    this.#add(...memoryContents(memories, this.#counter));
    const variables = new Set(this.#variables());
    const declared = signals.filter((signal) => signal.port === null && !this.#inlined.has(signal));
    const declarations = declared.map((signal): VerilogItem => {
      const { width, signed, location } = signal;
      return {
        kind: 'declaration',
        storage: variables.has(signal) ? 'reg' : 'wire',
        signed,
        width,
        name: signal.name,
        location,
      };
    });
    const groups = [
      this.#states.declarations,
      memoryDeclarations(memories),
      [...declarations, ...this.#expressions.declarations, ...fillCounter(memories, this.#counter)],
      ...this.#groups,
    ];
    const unused = unusedParts(this.#ports(variables), groups, this.#instanceOutputs());
    if (unused.length > 0) groups.push([{ kind: 'unused', parts: unused, location: this.#module.location }]);
    return {
      header: headerOf(this.#source),
      name: this.#module.name,
      ports: this.#ports(variables),
      groups,
      location: this.#module.location,
    };
  }

  #ports(variables: ReadonlySet<Signal>): VerilogPort[] {
    const { clocked, location, signals } = this.#module;
    const implied = (clocked ? [clock, reset] : []).map(
      (port): VerilogPort => ({
        direction: 'input',
        storage: 'wire',
        signed: false,
        width: 1,
        name: port,
        location,
      }),
    );
    const own = signals.flatMap((signal): VerilogPort[] => {
      if (signal.port === null) return [];
      const { width, signed } = signal;
      return [
        {
          direction: signal.port,
          storage: variables.has(signal) ? 'reg' : 'wire',
          signed,
          width,
          name: signal.name,
          location: signal.location,
        },
      ];
    });
    return [...implied, ...own];
  }

  #instanceOutputs(): Set<string> {
    return new Set(
      this.#module.instances.flatMap((instance) => [...instance.outputs.values()].map((signal) => signal.name)),
    );
  }

  /** Signals that an always block assigns. */
  #variables(): Signal[] {
    return this.#module.signals.filter(
      (signal) => signal.kind === 'register' || (signal.kind === 'wire' && this.#plain.get(signal) === null),
    );
  }

  #add(...items: readonly VerilogItem[]): void {
    const all = [...this.#expressions.pending, ...items];
    if (all.length === 0) return;
    this.#expressions.pending = [];
    const last = this.#groups.at(-1);
    const allAssigns = all.every((item) => item.kind === 'assign');
    if (allAssigns && last?.every((item) => item.kind === 'assign')) last.push(...all);
    else this.#groups.push([...all]);
  }

  #instances(): void {
    for (const { name: instanceName, module, inputs, outputs, location } of this.#module.instances) {
      const inputOf = (port: string): VerilogExpression | undefined => {
        const input = inputs.get(port);
        const inlined = input?.kind === 'reference' ? this.#inlined.get(input.signal) : undefined;
        const value = inlined ?? input;
        return value && this.#expressions.root(value, `${instanceName}_${port}`);
      };
      const connections: VerilogConnection[] = [];
      if (module.clocked) {
        const own = inputOf(reset);
        connections.push({ port: clock, value: name(clock), location });
        connections.push({ port: reset, value: own ? binaryOf('&', name(reset), own) : name(reset), location });
      }
      for (const port of module.signals) {
        const value = inputOf(port.name);
        const output = outputs.get(port.name);
        if (value !== undefined) {
          connections.push({ port: port.name, value, location });
        } else if (output !== undefined) {
          connections.push({ port: port.name, value: name(output.name), location });
        }
      }
      this.#add({ kind: 'instance', module: module.name, name: instanceName, connections, location });
    }
  }

  /** Wires that have an initial value and nothing else. */
  #constantWires(): void {
    for (const signal of this.#module.signals) {
      if (signal.kind !== 'wire' || signal.initial === null || this.#plain.has(signal)) continue;
      const value = this.#expressions.root(signal.initial, signal.name);
      this.#add({ kind: 'assign', target: name(signal.name), value, location: signal.location });
    }
  }

  /** One item for each signal or group of signals, where the first of them is first set. */
  #body(): void {
    const { body, signals } = this.#module;
    const blocks = new Map<Subject, () => void>();
    const wires = signals.filter(
      (signal) => signal.kind === 'wire' && this.#plain.has(signal) && !this.#inlined.has(signal),
    );
    for (const wire of wires) if (this.#plain.get(wire) !== null) blocks.set(wire, () => this.#continuous(wire));
    for (const group of groupWires(
      body,
      wires.filter((wire) => this.#plain.get(wire) === null),
    )) {
      for (const wire of group)
        blocks.set(
          wire,
          once(() => this.#combinational(group), group, blocks),
        );
    }
    for (const group of groupRegisters(body)) {
      for (const register of group)
        blocks.set(
          register,
          once(() => this.#clocked(group), group, blocks),
        );
    }
    for (const register of signals) {
      if (register.kind === 'register' && register.reset !== null && !blocks.has(register)) this.#clocked([register]);
    }
    for (const memory of this.#module.memories) blocks.set(memory, () => this.#writes(memory));
    if (this.#options.properties) blocks.set('property', () => this.#properties());
    for (const statement of body) {
      for (const subject of subjectsOf(statement)) {
        const emit = blocks.get(subject);
        blocks.delete(subject);
        emit?.();
      }
    }
  }

  #continuous(wire: Signal): void {
    for (const { low, value, location } of this.#plain.get(wire) ?? []) {
      this.#add({
        kind: 'assign',
        target: partOf(wire, low, value.width),
        value: this.#expressions.root(value, wire.name),
        location,
      });
    }
  }

  #combinational(group: readonly Signal[]): void {
    this.#expressions.namesMemoryReads = true;
    const statements = new StatementLowering(this.#expressions, false, (label) => label);
    const defaults = group.flatMap((wire) =>
      wire.initial === null ? [] : [statements.whole(wire, wire.initial, wire.location)],
    );
    const body = [...defaults, ...statements.lower(project(this.#module.body, new Set(group)), feedsOf(group))];
    this.#expressions.namesMemoryReads = false;
    this.#add({ kind: 'always', clock: null, body, location: (body[0] as VerilogStatement).location });
  }

  #clocked(group: readonly Signal[]): void {
    const statements = new StatementLowering(this.#expressions, true, (label) => label);
    const running = statements.lower(project(this.#module.body, new Set(group)), feedsOf(group));
    const location = running[0]?.location ?? this.#module.location;
    const resets = group.flatMap((register): VerilogStatement[] => {
      if (register.reset === null) return [];
      const state = this.#states.nameOf(enumerationOf(register), register.reset);
      const value = state ?? number(register.width, register.reset, register.signed);
      return [{ kind: 'assign', target: name(register.name), blocking: false, value, location: register.location }];
    });
    const body: VerilogStatement[] =
      resets.length === 0
        ? running
        : [
            {
              kind: 'if',
              condition: { kind: 'unary', token: '!', operand: name(reset) },
              then: resets,
              otherwise: running,
              location,
            },
          ];
    this.#add({ kind: 'always', clock, body, location });
  }

  #writes(memory: Memory): void {
    const statements = new StatementLowering(this.#expressions, true, (label) => label);
    const body = statements.lower(project(this.#module.body, new Set([memory])), memory.name);
    this.#add({ kind: 'always', clock, body, location: memory.location });
  }

  #properties(): void {
    const label = (text: string): string => {
      const plain = text.replaceAll(/[^A-Za-z0-9]+/g, '_').replace(/^(?=[0-9])/, '_');
      return this.#namespace.take(/[A-Za-z0-9]/.test(plain) && !isReserved(plain) ? plain : `${plain}_property`);
    };
    const statements = new StatementLowering(this.#expressions, false, label);
    const kept = statements.lower(project(this.#module.body, new Set<Subject>(['property'])), 'property');
    const location = (kept[0] as VerilogStatement).location;
    const body: VerilogStatement[] = [{ kind: 'if', condition: name(reset), then: kept, otherwise: [], location }];
    this.#add({ kind: 'always', clock: null, body, location });
  }
}

/** What temporaries of a block are named after. */
const feedsOf = (group: readonly Signal[]): string => group[0]?.name ?? 'block';

/** Emits a block for the first of its signals, and takes the others off the list. */
const once = (emit: () => void, group: readonly Signal[], blocks: Map<Subject, () => void>) => (): void => {
  for (const signal of group) blocks.delete(signal);
  emit();
};

export const lowerModule = (module: Module, options: LowerOptions): VerilogModule =>
  new ModuleLowering(module, options).lower();
