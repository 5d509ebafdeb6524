import { type EnumerationNote, enumerationOf } from '../../hdl/enumeration-notes.ts';
import type { Expression, Module } from '../../hdl/ir.ts';
import type { VerilogExpression, VerilogItem } from '../ast.ts';
import type { Namespace } from './namespace.ts';

const upperSnake = (name: string): string => name.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase();

/** Names for the states of the enumerations that a module's signals hold: local parameters, declared where used. */
export class StateNames {
  readonly #namespace: Namespace;
  /** The first register, else the first signal, of each enumeration: its states are named after it. */
  readonly #holders = new Map<EnumerationNote, string>();
  readonly #names = new Map<EnumerationNote, Map<bigint, string>>();
  readonly declarations: VerilogItem[] = [];

  constructor(module: Module, namespace: Namespace) {
    this.#namespace = namespace;
    const registersFirst = [
      ...module.signals.filter((signal) => signal.kind === 'register'),
      ...module.signals.filter((signal) => signal.kind !== 'register'),
    ];
    for (const signal of registersFirst) {
      const enumeration = enumerationOf(signal);
      if (enumeration !== undefined && !this.#holders.has(enumeration))
        this.#holders.set(enumeration, upperSnake(signal.name));
    }
  }

  /** The name of a code, or null where the enumeration has no holder here or no such state. */
  nameOf(enumeration: EnumerationNote | undefined, code: bigint): VerilogExpression | null {
    if (enumeration === undefined) return null;
    const holder = this.#holders.get(enumeration);
    const state = [...enumeration.states].find(([, value]) => value === code)?.[0];
    if (holder === undefined || state === undefined) return null;
    const known = this.#names.get(enumeration) ?? new Map<bigint, string>();
    this.#names.set(enumeration, known);
    let name = known.get(code);
    if (name === undefined) {
      name = this.#namespace.take(`${holder}_${upperSnake(state)}`);
      known.set(code, name);
      const { width } = enumeration;
      this.declarations.push({
        kind: 'constant',
        width,
        name,
        value: { kind: 'number', width, signed: false, value: code },
      });
    }
    return { kind: 'name', name, signed: false };
  }

  /** The name of a constant that is a state. */
  ofConstant(expression: Extract<Expression, { kind: 'constant' }>): VerilogExpression | null {
    return this.nameOf(enumerationOf(expression), expression.value);
  }
}
