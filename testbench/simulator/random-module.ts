/** Random modules that use every construct of the intermediate representation: what the simulator's tests run. */

import type { Expression, Instance, Memory, Module, Signal, SignalKind, Statement } from '../../rtl/hdl/ir.ts';
import { Random } from './random.ts';
import { location, RandomChoices } from './random-choices.ts';
import { RandomExpressions, type RandomScope } from './random-expressions.ts';
import { RandomStatements } from './random-statements.ts';

export interface RandomModuleOptions {
  /** Widest signal in bits. */
  readonly maximumWidth: number;
  readonly registers: number;
  readonly wires: number;
  readonly statements: number;
  readonly depth: number;
  /** Levels of instances below. */
  readonly levels: number;
  /** Whether some registers have no reset and some memory words no contents. Tools that read Verilog may choose any value for those. */
  readonly unreset: boolean;
}

export const smallModule: RandomModuleOptions = {
  maximumWidth: 140,
  registers: 5,
  wires: 4,
  statements: 6,
  depth: 2,
  levels: 1,
  unreset: true,
};

export const randomModule = (seed: number, options: RandomModuleOptions = smallModule): Module =>
  new Generator(new RandomChoices(new Random(seed), options.maximumWidth), new Random(seed + 1), options).module(
    'random',
    options.levels,
  );

class Generator {
  readonly #choices: RandomChoices;
  /** Apart from the choices, so that instances with a reset of their own change nothing else. */
  readonly #resets: Random;
  readonly #options: RandomModuleOptions;

  constructor(choices: RandomChoices, resets: Random, options: RandomModuleOptions) {
    this.#choices = choices;
    this.#resets = resets;
    this.#options = options;
  }

  #signal(kind: SignalKind, name: string, port: 'input' | 'output' | null): Signal {
    const width = this.#choices.width();
    const reset =
      kind === 'register' && !(this.#options.unreset && this.#choices.chance(5))
        ? this.#choices.random.bits(width)
        : null;
    return { kind, name, width, signed: this.#choices.chance(4), port, reset, initial: null, location };
  }

  module(name: string, levels: number): Module {
    const { registers: registerCount, wires: wireCount, statements } = this.#options;
    const inputs = Array.from({ length: 3 }, (_, index) => this.#signal('input', `in${index}`, 'input'));
    const registers = Array.from({ length: registerCount }, (_, index) =>
      this.#signal('register', `r${index}`, index < 2 ? 'output' : null),
    );
    const childModules =
      levels === 0
        ? []
        : Array.from({ length: 1 + this.#choices.random.below(2) }, (_, index) =>
            this.module(`${name}_${index}`, levels - 1),
          );
    const scope: RandomScope = {
      memories: Array.from({ length: this.#choices.random.below(3) }, (_, index) => this.#memory(index)),
      readable: [...inputs, ...registers],
    };
    const expressions = new RandomExpressions(this.#choices, scope);
    const lines = new RandomStatements(this.#choices, scope, expressions, this.#options.depth);
    const wires: Signal[] = [];
    const body: Statement[] = [];
    const instances: Instance[] = [];
    const instanceSignals: Signal[] = [];
    for (let index = 0; index < wireCount; index++) {
      const bare = this.#signal('wire', `w${index}`, index < 2 ? 'output' : null);
      const wire: Signal = { ...bare, initial: expressions.draw(bare.width, 2) };
      wires.push(wire);
      body.push(...lines.draw([wire], 2, 2));
      scope.readable.push(wire);
      const child = childModules.pop();
      if (child !== undefined) {
        const instance = this.#instance(`u${index}`, child, expressions, registers);
        instances.push(instance);
        instanceSignals.push(...instance.outputs.values());
        if (this.#choices.chance(2)) instances.push(this.#instance(`u${index}b`, child, expressions, registers));
        instanceSignals.push(...(instances.at(-1) === instance ? [] : (instances.at(-1)?.outputs.values() ?? [])));
        scope.readable.push(...instanceSignals.slice(-instance.outputs.size));
      }
    }
    for (const register of registers) body.push(...lines.draw([register], 1, 0));
    body.push(...lines.draw(registers, statements, 3, true));
    body.push({ kind: 'property', flavour: 'cover', name: 'seen', condition: expressions.draw(1, 2), location });
    return {
      name,
      blackBox: false,
      clocked: true,
      signals: [
        ...inputs,
        ...registers.filter(isPort),
        ...wires.filter(isPort),
        ...registers.filter((one) => !isPort(one)),
        ...wires.filter((one) => !isPort(one)),
        ...instanceSignals,
      ],
      memories: scope.memories,
      instances,
      body,
      location,
    };
  }

  #memory(index: number): Memory {
    const width = this.#choices.pick([1, 8, 12, 24, 64, 72].filter((one) => one <= this.#choices.maximumWidth));
    const depth = this.#choices.pick([2, 5, 8, 16, 37]);
    const count = this.#options.unreset ? this.#choices.random.below(depth) : depth;
    const contents = Array.from({ length: count }, () => this.#choices.random.bits(width));
    return { name: `m${index}`, width, depth, contents, readDuringWrite: 'old', location };
  }

  #instance(name: string, module: Module, expressions: RandomExpressions, registers: readonly Signal[]): Instance {
    const inputs = new Map(
      module.signals
        .filter((one) => one.port === 'input')
        .map((one): [string, Expression] => [one.name, expressions.draw(one.width, 2)]),
    );
    const outputs = new Map(
      module.signals
        .filter((one) => one.port === 'output')
        .map((one): [string, Signal] => [
          one.name,
          {
            kind: 'instance_output',
            name: `${name}_${one.name}`,
            width: one.width,
            signed: one.signed,
            port: null,
            reset: null,
            initial: null,
            location,
          },
        ]),
    );
    const source = registers[this.#resets.below(3 * registers.length)];
    if (source !== undefined) inputs.set('aresetn', lowestBit(source));
    return { name, module, inputs, outputs, location };
  }
}

const lowestBit = (signal: Signal): Expression => {
  const operand: Expression = { kind: 'reference', signal, width: signal.width, signed: signal.signed, location };
  return { kind: 'slice', operand, low: 0, width: 1, signed: false, location };
};

const isPort = (signal: Signal): boolean => signal.port !== null;
