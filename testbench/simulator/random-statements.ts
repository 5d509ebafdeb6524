/** Random statements that set the given signals, and write memories at the clock edge. */
import type { Signal, Statement, SwitchCase } from '../../rtl/hdl/ir.ts';
import { location, type RandomChoices } from './random-choices.ts';
import type { RandomExpressions, RandomScope } from './random-expressions.ts';

export class RandomStatements {
  readonly #choices: RandomChoices;
  readonly #scope: RandomScope;
  readonly #expressions: RandomExpressions;
  readonly #depth: number;

  /** @param depth of the expressions that are set. */
  constructor(choices: RandomChoices, scope: RandomScope, expressions: RandomExpressions, depth: number) {
    this.#choices = choices;
    this.#scope = scope;
    this.#expressions = expressions;
    this.#depth = depth;
  }

  draw(targets: readonly Signal[], count: number, depth: number, clocked = false): Statement[] {
    return Array.from({ length: count }, () => this.#statement(targets, depth, clocked));
  }

  #statement(targets: readonly Signal[], depth: number, clocked: boolean): Statement {
    const kind = depth === 0 ? 0 : this.#choices.random.below(5);
    if (kind === 1 || kind === 2) {
      const [then, otherwise] = [
        this.draw(targets, 1 + this.#choices.random.below(2), depth - 1, clocked),
        this.draw(targets, this.#choices.random.below(2), depth - 1, clocked),
      ];
      return { kind: 'if', condition: this.#expressions.draw(1, 2), then, otherwise, location };
    }
    if (kind === 3) {
      const width = 1 + this.#choices.random.below(5);
      const cases = new Map<bigint, SwitchCase>();
      for (let index = 0; index < 3; index++) {
        const value = this.#choices.random.bits(width);
        cases.set(value, { values: [value], body: this.draw(targets, 1, depth - 1, clocked), location });
      }
      return {
        kind: 'switch',
        subject: this.#expressions.draw(width, 1),
        cases: [...cases.values()],
        otherwise: this.draw(targets, this.#choices.random.below(2), depth - 1, clocked),
        location,
      };
    }
    if (clocked && this.#scope.memories.length > 0 && this.#choices.chance(3)) {
      const memory = this.#choices.pick(this.#scope.memories);
      const lanes = [1, 2, 4, 8].filter((lane) => memory.width % lane === 0);
      const mask = this.#choices.chance(2) ? this.#expressions.draw(this.#choices.pick(lanes), 1) : null;
      const address = this.#expressions.draw(
        this.#choices.pick([3, 6, 40].filter((one) => one <= this.#choices.maximumWidth)),
        1,
      );
      return { kind: 'memory_write', memory, address, data: this.#expressions.draw(memory.width, 2), mask, location };
    }
    const target = this.#choices.pick(targets);
    const partial = target.width > 1 && this.#choices.chance(3);
    const low = partial ? this.#choices.random.below(target.width) : 0;
    const width = partial ? 1 + this.#choices.random.below(target.width - low) : target.width;
    return { kind: 'assign', target, low, value: this.#expressions.draw(width, this.#depth), location };
  }
}
