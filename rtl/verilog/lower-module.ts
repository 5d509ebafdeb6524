/** One module of the intermediate representation as a Verilog module. */
import type { Expression, Memory, Module, Signal, Statement } from '../hdl/ir.ts';
import type { Declaration, Item, PortDeclaration, VerilogExpression, VerilogModule, VerilogStatement } from './tree.ts';
import { type Group, registerGroups, wireGroups } from './groups.ts';
import { literal, lowerExpression, name } from './lower-expression.ts';
import { lowerStatements, targetOf } from './lower-statement.ts';
import { Scope } from './scope.ts';
import { unreadParts } from './unread.ts';
import { eachRoot, project } from './walk.ts';

const whole = (target: string) => ({ name: target, index: null, range: null });
const noLabel = (label: string): string => label;

type Assignment = Statement & { readonly kind: 'assign' };

/** The assignments that can stand as continuous ones: unconditional, each bit once. Null when the wire needs an always block. */
const continuous = (signal: Signal, body: readonly Statement[]): readonly Assignment[] | null => {
  const lastWhole = body.findLastIndex(
    ({ kind, ...rest }) => kind === 'assign' && (rest as Assignment).value.width === signal.width,
  );
  const effective = lastWhole < 0 ? body : body.slice(lastWhole);
  const assignments = effective.filter((statement): statement is Assignment => statement.kind === 'assign');
  if (assignments.length !== effective.length) return null;
  const total = assignments.reduce((sum, { value }) => sum + value.width, 0);
  const bits = new Set(
    assignments.flatMap(({ low, value }) => Array.from({ length: value.width }, (_, bit) => low + bit)),
  );
  return total === signal.width && bits.size === signal.width ? assignments : null;
};

const lowerWires = (group: Group, scope: Scope, asReg: Set<string>): void => {
  const [only] = group.signals;
  if (only === undefined) return;
  if (group.signals.length === 1) {
    const assignments = continuous(only, group.body);
    if (assignments !== null || group.body.length === 0) {
      scope.feeds = only.name;
      const statements: readonly (Pick<Assignment, 'value' | 'location'> & { target: ReturnType<typeof targetOf> })[] =
        assignments?.map((one) => ({ value: one.value, location: one.location, target: targetOf(one) })) ??
        (only.initial === null ? [] : [{ value: only.initial, location: only.location, target: whole(only.name) }]);
      for (const { value, location, target } of statements) {
        scope.items.push({ kind: 'assign', target, value: lowerExpression(value, 'continuous', scope), location });
      }
      return;
    }
  }
  const defaults = group.signals.flatMap((signal): VerilogStatement[] => {
    if (signal.initial === null) return [];
    scope.feeds = signal.name;
    const value = lowerExpression(signal.initial, 'combinational', scope);
    return [{ kind: 'assign', blocking: true, target: whole(signal.name), value, location: signal.location }];
  });
  const body = [...defaults, ...lowerStatements(group.body, 'combinational', scope, noLabel)];
  for (const signal of group.signals) asReg.add(signal.name);
  scope.items.push({ kind: 'always', clock: null, body, location: group.body[0]?.location ?? only.location });
};

const lowerRegisters = (group: Group, scope: Scope): void => {
  const [first] = group.signals;
  if (first === undefined) return;
  const body = lowerStatements(group.body, 'clocked', scope, noLabel);
  const resets = group.signals.flatMap((signal): VerilogStatement[] =>
    signal.reset === null
      ? []
      : [
          {
            kind: 'assign',
            blocking: false,
            target: whole(signal.name),
            value: literal(signal.width, signal.reset),
            location: signal.location,
          },
        ],
  );
  const location = group.body[0]?.location ?? first.location;
  const condition: VerilogExpression = { kind: 'unary', token: '!', operand: name('aresetn') };
  const clocked: readonly VerilogStatement[] =
    resets.length === 0 ? body : [{ kind: 'if', condition, then: resets, otherwise: body, location: first.location }];
  scope.items.push({ kind: 'always', clock: 'aclk', body: clocked, location });
};

const lowerMemory = (memory: Memory, module: Module, scope: Scope): void => {
  if (memory.contents.length > 0) {
    const words = Array.from({ length: memory.depth }, (_, index) => memory.contents[index] ?? 0n);
    scope.items.push({
      kind: 'initial',
      location: memory.location,
      body: words.map((value, index) => ({
        kind: 'assign',
        blocking: true,
        target: { name: memory.name, index: { kind: 'literal', width: 32, value: BigInt(index) }, range: null },
        value: literal(memory.width, value),
        location: memory.location,
      })),
    });
  }
  const writes = project(module.body, new Set([memory]));
  if (writes.length === 0) return;
  const body = lowerStatements(writes, 'clocked', scope, noLabel);
  scope.items.push({ kind: 'always', clock: 'aclk', body, location: writes[0]?.location ?? memory.location });
};

/** A property's sentence as a Verilog label, unique in the module. */
const labels =
  (scope: Scope) =>
  (sentence: string): string =>
    scope.unique(
      `check_${sentence
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, '_')
        .replace(/^_|_$/g, '')}`,
    );

const lowerProperties = (module: Module, scope: Scope): void => {
  const statements = project(module.body, new Set(['property' as const]));
  const [first] = statements;
  if (first === undefined) return;
  const before = scope.items.length;
  const body = lowerStatements(statements, 'clocked', scope, labels(scope));
  const made = scope.items.splice(before);
  const { location } = first;
  const guarded: VerilogStatement = { kind: 'if', condition: name('aresetn'), then: body, otherwise: [], location };
  scope.items.push({ kind: 'formal', items: [...made, { kind: 'always', clock: 'aclk', body: [guarded], location }] });
};

const lowerInstances = (module: Module, scope: Scope): void => {
  for (const instance of module.instances) {
    const connections = instance.module.clocked
      ? [
          { port: 'aclk', value: name('aclk') },
          { port: 'aresetn', value: name('aresetn') },
        ]
      : [];
    for (const port of instance.module.signals) {
      if (port.port === 'input') {
        const value = instance.inputs.get(port.name);
        if (value === undefined) continue;
        scope.feeds = `${instance.name}_${port.name}`;
        connections.push({
          port: port.name,
          value: lowerExpression(value, 'continuous', scope) as { kind: 'name'; name: string },
        });
      } else if (port.port === 'output') {
        const signal = instance.outputs.get(port.name);
        if (signal !== undefined)
          connections.push({ port: port.name, value: name(signal.name) as { kind: 'name'; name: string } });
      }
    }
    const { location } = instance;
    scope.items.push({ kind: 'instance', module: instance.module.name, name: instance.name, connections, location });
  }
};

/** @param properties whether assertions, assumptions and covers are written, between `ifdef FORMAL` and `endif`. */
export const lowerModule = (module: Module, properties: boolean): VerilogModule => {
  const wires = wireGroups(module);
  const registers = registerGroups(module);
  const roots: Expression[] = [];
  const keep = (expression: Expression): number => roots.push(expression);
  for (const { signals, body } of [...wires, ...registers]) {
    for (const { initial } of signals) if (initial !== null) keep(initial);
    eachRoot(body, keep);
  }
  for (const memory of module.memories) eachRoot(project(module.body, new Set([memory])), keep);
  for (const { inputs } of module.instances) for (const value of inputs.values()) keep(value);

  const scope = new Scope(module, roots);
  const asReg = new Set<string>();
  for (const group of wires) lowerWires(group, scope, asReg);
  for (const memory of module.memories) lowerMemory(memory, module, scope);
  for (const group of registers) lowerRegisters(group, scope);
  lowerInstances(module, scope);

  const isReg = (signal: Signal): boolean => signal.kind === 'register' || asReg.has(signal.name);
  const net = (signal: Signal): 'reg' | 'wire' => (isReg(signal) ? 'reg' : 'wire');
  const clock = (port: string): PortDeclaration => ({
    direction: 'input',
    net: 'wire',
    name: port,
    width: 1,
    location: module.location,
  });
  const ports: readonly PortDeclaration[] = [
    ...(module.clocked ? [clock('aclk'), clock('aresetn')] : []),
    ...module.signals.flatMap((signal): PortDeclaration[] =>
      signal.port === null
        ? []
        : [
            {
              direction: signal.port,
              net: net(signal),
              name: signal.name,
              width: signal.width,
              location: signal.location,
            },
          ],
    ),
  ];
  const declarations: readonly Declaration[] = [
    ...module.signals
      .filter(({ port }) => port === null)
      .map(
        (signal): Declaration => ({
          net: net(signal),
          name: signal.name,
          width: signal.width,
          depth: null,
          location: signal.location,
        }),
      ),
    ...module.memories.map(
      (memory): Declaration => ({
        net: 'reg',
        name: memory.name,
        width: memory.width,
        depth: memory.depth,
        location: memory.location,
      }),
    ),
  ];

  const inner = new Map(module.instances.map((instance) => [instance.module.name, instance.module]));
  const isInput = (type: string, port: string): boolean =>
    port === 'aclk' ||
    port === 'aresetn' ||
    inner.get(type)?.signals.find((signal) => signal.name === port)?.port === 'input';
  const readable = [
    ...ports.filter(({ direction }) => direction === 'input'),
    ...declarations.filter(({ depth }) => depth === null),
    ...scope.declarations,
  ];
  scope.sink(unreadParts(readable, scope.items, isInput), module.location);
  if (properties) lowerProperties(module, scope);
  const items: readonly Item[] = scope.items;
  return {
    name: module.name,
    ports,
    declarations: [...declarations, ...scope.declarations],
    items,
    location: module.location,
  };
};
