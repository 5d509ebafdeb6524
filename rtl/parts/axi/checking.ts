/** What the property modules of AXI4 and AXI4-Lite have in common: rules as assertions or assumptions, and handshakes. */
import {
  type Bits,
  type BitsSignal,
  bit,
  bits,
  type ModuleBody,
  type ModuleDefinition,
  type OutputPort,
  observed,
  output,
  type Ports,
  pack,
  type Value,
} from '../../hdl/index.ts';
import type { AxiRule } from './rules.ts';

/**
 * `monitor` asserts every rule; `assume` assumes the rules that one side keeps, and asserts those of the other; `trust` and `assert` say nothing of the
 * other. `assert` leaves the checker's limits out too: the other side may do anything, and what it was not asked for ends nothing in the lists.
 */
export const axiRoles = [
  'monitor',
  'assume manager',
  'assume subordinate',
  'trust manager',
  'trust subordinate',
  'assert manager',
  'assert subordinate',
] as const;
export type AxiRole = (typeof axiRoles)[number];

/** What the names of these outputs begin with; the rule's name follows. */
export const violationPrefix = 'violates_';

export type Violations<Name extends string> = {
  readonly [N in `violates_${Name}`]: OutputPort<ReturnType<typeof bits<1>>>;
};

/** An output for each rule: high in a cycle that breaks it. */
export const violationPorts = <const Name extends string>(rules: readonly (AxiRule & { readonly name: Name })[]) =>
  Object.fromEntries(rules.map(({ name }) => [`${violationPrefix}${name}`, output(bit)])) as Violations<Name>;

/** States the rules one by one, each once: as an assertion or an assumption (recommendations as neither), and on its output. */
export const ruleStater = <Name extends string>(
  m: ModuleBody,
  io: unknown,
  rules: readonly (AxiRule & { readonly name: Name })[],
  role: AxiRole,
) => {
  const outputs = io as Readonly<Record<string, BitsSignal<1>>>;
  const open = new Map<string, AxiRule>(rules.map((rule) => [rule.name, rule]));
  return {
    /** @param broken high in a cycle that breaks the rule. */
    never(name: Name, broken: Bits<1>): void {
      const rule = open.get(name);
      if (rule === undefined) throw new Error(`rule ${name} is not in the list, or was stated before`);
      open.delete(name);
      const port = outputs[`${violationPrefix}${name}`];
      if (port === undefined) throw new Error(`there is no output for rule ${name}`);
      port.set(broken);
      if (rule.kind === 'recommendation') return;
      if (rule.kind === 'limit' && role.startsWith('assert')) return;
      const isOurs = role.endsWith(rule.keeper);
      if (isOurs && !role.startsWith('assert')) m.assume(port.not(), name);
      else if (isOurs || role === 'monitor' || role.startsWith('assume')) m.assert(port.not(), name);
    },
    /** To be called at the end. */
    done(): void {
      if (open.size > 0) throw new Error(`rules not stated: ${[...open.keys()].join(', ')}`);
    },
  };
};

export interface WatchedChannel {
  readonly valid: Bits<1>;
  readonly ready: Bits<1>;
  readonly payload: readonly Value[];
}

/** Reset, valid and payload of one channel. @returns when a transfer is first offered, and when it happens */
export const handshakeRules = <Channel extends string>(
  m: ModuleBody,
  channel: Channel,
  { valid, ready, payload }: WatchedChannel,
  fresh: Bits<1>,
  never: (name: `${Channel}_${'reset' | 'valid_stays' | 'payload_stays'}`, broken: Bits<1>) => void,
): { readonly starts: Bits<1>; readonly fires: Bits<1> } => {
  const fields = payload.map((value) => pack(value));
  const declared = m.regs({
    [`${channel}_waiting`]: { type: bit, reset: 0 },
    ...Object.fromEntries(
      fields.map((field, index) => [`${channel}_before_${index}`, { type: bits<number>(field.width), reset: 0 }]),
    ),
  } as Readonly<Record<string, { readonly type: ReturnType<typeof bits<number>>; readonly reset: 0 }>>);
  const [waiting, ...before] = Object.values(declared);
  if (waiting === undefined) throw new Error('the register was just declared');
  const was = waiting.bit(0);
  waiting.set(valid.and(ready.not()));
  const changes = fields.map((field, index) => {
    const kept = before[index];
    if (kept === undefined) throw new Error('the registers were just declared');
    kept.set(field);
    return field.ne(kept);
  });
  never(`${channel}_reset`, fresh.and(valid));
  never(`${channel}_valid_stays`, was.and(valid.not()));
  never(`${channel}_payload_stays`, was.and(valid).and(changes.reduce((sum, change) => sum.or(change))));
  return { starts: valid.and(was.not()), fires: valid.and(ready) };
};

/** An instance of a property module, called `name`, on the signals of an interface. @returns its `observations` as outputs */
export const watchInterface = (
  m: ModuleBody,
  name: string,
  bus: object,
  definition: unknown,
  observations: Readonly<Record<string, string>> = {},
): Readonly<Record<string, Bits>> => {
  const rules = definition as ModuleDefinition<Ports>;
  const { [name]: instance } = m.instances({ [name]: observed(rules, observations) }) as unknown as Readonly<
    Record<string, Readonly<Record<string, BitsSignal>>>
  >;
  if (instance === undefined) throw new Error('the instance was just declared');
  const signals = bus as Readonly<Record<string, Bits>>;
  for (const port of Object.keys(rules.ports)) {
    if (port.startsWith(violationPrefix)) continue;
    const signal = signals[port];
    if (signal === undefined) throw new Error(`the interface has no ${port}`);
    instance[port]?.set(signal);
  }
  return instance;
};
