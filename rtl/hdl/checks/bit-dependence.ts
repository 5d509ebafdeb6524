import type { Expression, Signal, Statement } from '../ir.ts';
import { memoised } from '../traverse.ts';

/** Which bits a bit depends on within a clock cycle. Bits are numbers, given by `numberOf`. */
export type Bits = ReadonlySet<number>;

const none: Bits = new Set();

export const unite = (sets: readonly Bits[]): Bits => {
  const [only] = sets.filter((set) => set.size > 0);
  if (only === undefined) return none;
  if (sets.every((set) => set.size === 0 || set === only)) return only;
  const all = new Set<number>();
  for (const set of sets) for (const bit of set) all.add(bit);
  return all;
};

/** For each bit of an expression, least significant first, the bits it depends on. */
export const expressionDependence = (
  numberOf: (signal: Signal, bit: number) => number | null,
): ((expression: Expression) => readonly Bits[]) =>
  memoised<readonly Bits[]>((expression, of) => {
    const { width } = expression;
    const every = (bits: Bits): readonly Bits[] => Array.from({ length: width }, () => bits);
    const each = (operands: readonly Expression[], shared: Bits = none): readonly Bits[] => {
      const all = operands.map(of);
      return Array.from({ length: width }, (_, bit) => unite([shared, ...all.map((operand) => operand[bit] ?? none)]));
    };
    /** Carries run upwards: a bit depends on all below. */
    const upwards = (operands: readonly Expression[], shared: Bits = none): readonly Bits[] => {
      const all = operands.map(of);
      let below: Bits = shared;
      return Array.from({ length: width }, (_, bit) => {
        below = unite([below, ...all.map((operand) => operand[bit] ?? none)]);
        return below;
      });
    };
    switch (expression.kind) {
      case 'constant':
        return every(none);
      case 'reference':
        return Array.from({ length: width }, (_, bit) => {
          const number = numberOf(expression.signal, bit);
          return number === null ? none : new Set([number]);
        });
      case 'unary':
        if (expression.operator === 'not') return each([expression.operand]);
        return expression.operator === 'negate' ? upwards([expression.operand]) : every(unite(of(expression.operand)));
      case 'binary': {
        const { operator, left, right } = expression;
        switch (operator) {
          case 'and':
          case 'or':
          case 'xor':
            return each([left, right]);
          case 'add':
          case 'subtract':
            return upwards([left, right]);
          case 'multiply':
            return left.signed || right.signed ? every(unite([...of(left), ...of(right)])) : upwards([left, right]);
          case 'equal':
          case 'less':
            return every(unite([...of(left), ...of(right)]));
          case 'shift_left':
            return upwards([left], unite(of(right)));
          case 'shift_right': {
            const amount = unite(of(right));
            const bits = of(left);
            let above: Bits = amount;
            const result: Bits[] = [];
            for (let bit = width - 1; bit >= 0; bit -= 1) {
              above = unite([above, bits[bit] ?? none]);
              result.unshift(above);
            }
            return result;
          }
          default:
            throw new Error(`unknown operator ${operator satisfies never}`);
        }
      }
      case 'multiplex':
        return each([expression.whenTrue, expression.whenFalse], unite(of(expression.condition)));
      case 'slice':
        return of(expression.operand).slice(expression.low, expression.low + width);
      case 'concatenation':
        return expression.parts.toReversed().flatMap((part) => of(part));
      case 'extension': {
        const bits = of(expression.operand);
        const fill = expression.operand.signed ? (bits.at(-1) ?? none) : none;
        return Array.from({ length: width }, (_, bit) => bits[bit] ?? fill);
      }
      case 'select':
        return each(expression.elements, unite(of(expression.index)));
      case 'reinterpretation':
        return of(expression.operand);
      case 'memory_read':
        return every(unite(of(expression.address)));
      default:
        throw new Error(`unknown expression ${expression satisfies never}`);
    }
  });

/** The dependences of the signals' bits after statements, given those before. */
export const statementDependence = (
  statements: readonly Statement[],
  before: ReadonlyMap<number, Bits>,
  numberOf: (signal: Signal, bit: number) => number | null,
  of: (expression: Expression) => readonly Bits[],
): ReadonlyMap<number, Bits> => {
  let state = new Map(before);
  const branch = (subject: Expression, branches: readonly (readonly Statement[])[]): void => {
    const chosen = unite(of(subject));
    const outcomes = branches.map((list) => statementDependence(list, state, numberOf, of));
    const merged = new Map(state);
    for (const key of new Set(outcomes.flatMap((outcome) => [...outcome.keys()]))) {
      const sets = outcomes.map((outcome) => outcome.get(key) ?? none);
      const old = state.get(key);
      const touched = outcomes.some((outcome) => outcome.get(key) !== old);
      if (touched) merged.set(key, unite([chosen, ...sets]));
    }
    state = merged;
  };
  for (const statement of statements) {
    switch (statement.kind) {
      case 'assign':
        for (const [index, bits] of of(statement.value).entries()) {
          const number = numberOf(statement.target, statement.low + index);
          if (number !== null) state.set(number, bits);
        }
        break;
      case 'if':
        branch(statement.condition, [statement.then, statement.otherwise]);
        break;
      case 'switch':
        branch(statement.subject, [...statement.cases.map((one) => one.body), statement.otherwise]);
        break;
      case 'memory_write':
      case 'property':
        break;
      default:
        throw new Error(`unknown statement ${statement satisfies never}`);
    }
  }
  return state;
};
