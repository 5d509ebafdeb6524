/** Yosys' combinational cells, word and gate level, as expressions. Undefined bits become zero. */

import type { BinaryOperator, Expression } from '../../../rtl/hdl/ir.ts';
import {
  and,
  as,
  binary,
  concatenation,
  constant,
  isTrue,
  multiplex,
  not,
  or,
  resize,
  select,
  slice,
  unary,
} from './expressions.ts';
import type { NetlistCell } from './yosys-netlist.ts';

export const parameterNumber = (cell: NetlistCell, name: string): number => {
  const text = cell.parameters[name];
  return text === undefined || !/^[01xz]+$/.test(text) ? 0 : Number.parseInt(text.replaceAll(/[xz]/g, '0'), 2);
};

export const parameterBits = (cell: NetlistCell, name: string): bigint => {
  const text = cell.parameters[name] ?? '';
  return /^[01xz]+$/.test(text) ? BigInt(`0b${text.replaceAll(/[xz]/g, '0')}`) : 0n;
};

type Port = (name: string) => Expression;

const arithmetic = (operator: BinaryOperator, cell: NetlistCell, port: Port, width: number): Expression => {
  const signed = parameterNumber(cell, 'A_SIGNED') === 1 && parameterNumber(cell, 'B_SIGNED') === 1;
  return binary(operator, as(resize(port('A'), width, signed), false), as(resize(port('B'), width, signed), false));
};

const comparison = (operator: 'equal' | 'less', cell: NetlistCell, a: Expression, b: Expression): Expression => {
  const signed = parameterNumber(cell, 'A_SIGNED') === 1 && parameterNumber(cell, 'B_SIGNED') === 1;
  const width = Math.max(a.width, b.width);
  return binary(operator, as(resize(a, width, signed), signed), as(resize(b, width, signed), signed));
};

const product = (cell: NetlistCell, port: Port, width: number): Expression => {
  const signed = parameterNumber(cell, 'A_SIGNED') === 1 && parameterNumber(cell, 'B_SIGNED') === 1;
  const operand = (name: string): Expression => {
    const value = port(name);
    return as(value.width > width ? slice(value, 0, width) : value, signed);
  };
  return as(resize(binary('multiply', operand('A'), operand('B')), width, signed), false);
};

const shift = (cell: NetlistCell, port: Port, width: number): Expression => {
  const a = port('A');
  const b = as(port('B'), false);
  const signed = parameterNumber(cell, 'A_SIGNED') === 1;
  if (cell.type === '$shl' || cell.type === '$sshl')
    return binary('shift_left', as(resize(a, width, signed), false), b);
  const wide = Math.max(width, a.width);
  const arithmeticShift = cell.type === '$sshr' && signed;
  const extended = as(resize(a, wide, signed), arithmeticShift);
  const right = as(slice(binary('shift_right', extended, b), 0, width), false);
  if ((cell.type !== '$shift' && cell.type !== '$shiftx') || parameterNumber(cell, 'B_SIGNED') === 0) return right;
  const negative = slice(b, b.width - 1, 1);
  return multiplex(negative, slice(binary('shift_left', as(extended, false), unary('negate', b)), 0, width), right);
};

const parallelMultiplex = (cell: NetlistCell, port: Port): Expression => {
  const width = parameterNumber(cell, 'WIDTH');
  const words = port('B');
  const choice = port('S');
  let value = port('A');
  for (let index = choice.width - 1; index >= 0; index--)
    value = multiplex(slice(choice, index, 1), slice(words, index * width, width), value);
  return value;
};

const elements = (value: Expression, width: number): Expression[] =>
  Array.from({ length: value.width / width }, (_, index) => slice(value, index * width, width));

type Translate = (cell: NetlistCell, port: Port, width: number) => Expression;

const reduction =
  (operator: 'reduce_and' | 'reduce_or' | 'reduce_xor', invert = false): Translate =>
  (_, port, width) => {
    const value = unary(operator, port('A'));
    return resize(invert ? not(value) : value, width, false);
  };

const logic =
  (combine: (port: Port) => Expression): Translate =>
  (_, port, width) =>
    resize(combine(port), width, false);
const gate =
  (combine: (port: Port) => Expression): Translate =>
  (_, port) =>
    combine(port);
const signedA = (cell: NetlistCell): boolean => parameterNumber(cell, 'A_SIGNED') === 1;

/** By cell type: the value of its output port. */
export const combinationalCells: ReadonlyMap<string, Translate> = new Map<string, Translate>([
  ['$not', (cell, port, width) => not(as(resize(port('A'), width, signedA(cell)), false))],
  ['$pos', (cell, port, width) => as(resize(port('A'), width, signedA(cell)), false)],
  ['$buf', (_, port) => port('A')],
  ['$neg', (cell, port, width) => unary('negate', as(resize(port('A'), width, signedA(cell)), false))],
  ['$and', (cell, port, width) => arithmetic('and', cell, port, width)],
  ['$or', (cell, port, width) => arithmetic('or', cell, port, width)],
  ['$xor', (cell, port, width) => arithmetic('xor', cell, port, width)],
  ['$xnor', (cell, port, width) => not(arithmetic('xor', cell, port, width))],
  ['$add', (cell, port, width) => arithmetic('add', cell, port, width)],
  ['$sub', (cell, port, width) => arithmetic('subtract', cell, port, width)],
  ['$mul', product],
  ['$reduce_and', reduction('reduce_and')],
  ['$reduce_or', reduction('reduce_or')],
  ['$reduce_bool', reduction('reduce_or')],
  ['$reduce_xor', reduction('reduce_xor')],
  ['$reduce_xnor', reduction('reduce_xor', true)],
  ['$logic_not', logic((port) => not(isTrue(port('A'))))],
  ['$logic_and', logic((port) => and(isTrue(port('A')), isTrue(port('B'))))],
  ['$logic_or', logic((port) => or(isTrue(port('A')), isTrue(port('B'))))],
  ...(['$eq', '$eqx'] as const).map((type): [string, Translate] => [
    type,
    (cell, port, width) => resize(comparison('equal', cell, port('A'), port('B')), width, false),
  ]),
  ...(['$ne', '$nex'] as const).map((type): [string, Translate] => [
    type,
    (cell, port, width) => resize(not(comparison('equal', cell, port('A'), port('B'))), width, false),
  ]),
  ['$lt', (cell, port, width) => resize(comparison('less', cell, port('A'), port('B')), width, false)],
  ['$gt', (cell, port, width) => resize(comparison('less', cell, port('B'), port('A')), width, false)],
  ['$le', (cell, port, width) => resize(not(comparison('less', cell, port('B'), port('A'))), width, false)],
  ['$ge', (cell, port, width) => resize(not(comparison('less', cell, port('A'), port('B'))), width, false)],
  ...(['$shl', '$sshl', '$shr', '$sshr', '$shift', '$shiftx'] as const).map((type): [string, Translate] => [
    type,
    shift,
  ]),
  ['$mux', (_, port) => multiplex(port('S'), port('B'), port('A'))],
  ['$pmux', (cell, port) => parallelMultiplex(cell, port)],
  ['$bmux', (cell, port) => select(port('S'), elements(port('A'), parameterNumber(cell, 'WIDTH')))],
  [
    '$demux',
    (cell, port, width) => {
      const lane = parameterNumber(cell, 'WIDTH');
      const value = resize(port('A'), width, false);
      const index = port('S');
      return binary('shift_left', value, binary('multiply', index, constant(32, BigInt(lane))));
    },
  ],
  [
    '$lut',
    (cell, port) => {
      const table = parameterBits(cell, 'LUT');
      const index = port('A');
      return select(
        index,
        Array.from({ length: 2 ** index.width }, (_, entry) => constant(1, (table >> BigInt(entry)) & 1n)),
      );
    },
  ],
  ['$concat', (_, port) => concatenation([port('B'), port('A')])],
  ['$slice', (cell, port, width) => slice(port('A'), parameterNumber(cell, 'OFFSET'), width)],
  ['$_BUF_', gate((port) => port('A'))],
  ['$_NOT_', gate((port) => not(port('A')))],
  ['$_AND_', gate((port) => and(port('A'), port('B')))],
  ['$_NAND_', gate((port) => not(and(port('A'), port('B'))))],
  ['$_OR_', gate((port) => or(port('A'), port('B')))],
  ['$_NOR_', gate((port) => not(or(port('A'), port('B'))))],
  ['$_XOR_', gate((port) => binary('xor', port('A'), port('B')))],
  ['$_XNOR_', gate((port) => not(binary('xor', port('A'), port('B'))))],
  ['$_ANDNOT_', gate((port) => and(port('A'), not(port('B'))))],
  ['$_ORNOT_', gate((port) => or(port('A'), not(port('B'))))],
  ['$_MUX_', gate((port) => multiplex(port('S'), port('B'), port('A')))],
  ['$_NMUX_', gate((port) => not(multiplex(port('S'), port('B'), port('A'))))],
  ['$_AOI3_', gate((port) => not(or(and(port('A'), port('B')), port('C'))))],
  ['$_OAI3_', gate((port) => not(and(or(port('A'), port('B')), port('C'))))],
  ['$_AOI4_', gate((port) => not(or(and(port('A'), port('B')), and(port('C'), port('D')))))],
  ['$_OAI4_', gate((port) => not(and(or(port('A'), port('B')), or(port('C'), port('D')))))],
]);
