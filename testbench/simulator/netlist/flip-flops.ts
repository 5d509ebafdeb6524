/** Yosys' flip-flops as one form: what resets, enables and clocks them. */

import { parameterBits, parameterNumber } from './cells.ts';
import type { NetlistCell } from './yosys-netlist.ts';

export interface FlipFlop {
  readonly clock: string;
  readonly data: string;
  readonly enable: { readonly port: string; readonly high: boolean } | null;
  readonly reset: {
    readonly port: string;
    readonly high: boolean;
    readonly value: bigint;
    /** Takes effect at once, not at the clock edge. */
    readonly asynchronous: boolean;
    /** The enable gates the reset too. */
    readonly gated: boolean;
  } | null;
}

export class UnsupportedCell extends Error {
  constructor(name: string, type: string, remedy: string) {
    super(`cell '${name}' of type '${type}' cannot be simulated: ${remedy}`);
    this.name = 'UnsupportedCell';
  }
}

const wordTypes = new Set(['$dff', '$dffe', '$sdff', '$sdffe', '$sdffce', '$adff', '$adffe']);
/** Clock, then reset polarity and value, then enable: `$_SDFFE_PN0P_`. */
const gateForm = /^\$_(DFF|DFFE|SDFF|SDFFE|SDFFCE)_([PN])(?:([PN])([01])?)?([PN])?_$/;

const refused = /^\$(_(ALDFF|DFFSR|DLATCH|SR|FF)|aldff|dffsr|dlatch|sr$|ff$)/;

/** The flip-flop that a cell is, or null where it is none. Throws for latches, falling edges and asynchronous loads. */
export const flipFlopOf = (name: string, cell: NetlistCell): FlipFlop | null => {
  const { type } = cell;
  if (refused.test(type)) {
    throw new UnsupportedCell(
      name,
      type,
      'only flip-flops of one rising clock are; use synchronous logic, or run `async2sync` before writing the netlist',
    );
  }
  const high = (parameter: string): boolean => parameterNumber(cell, parameter) === 1;
  if (wordTypes.has(type)) {
    if (!high('CLK_POLARITY'))
      throw new UnsupportedCell(name, type, 'it is clocked by a falling edge; use the rising edge');
    const synchronous = type.startsWith('$sdff');
    const asynchronous = type.startsWith('$adff');
    return {
      clock: 'CLK',
      data: 'D',
      enable: type.endsWith('e') ? { port: 'EN', high: high('EN_POLARITY') } : null,
      reset: synchronous
        ? {
            port: 'SRST',
            high: high('SRST_POLARITY'),
            value: parameterBits(cell, 'SRST_VALUE'),
            asynchronous: false,
            gated: type === '$sdffce',
          }
        : asynchronous
          ? {
              port: 'ARST',
              high: high('ARST_POLARITY'),
              value: parameterBits(cell, 'ARST_VALUE'),
              asynchronous: true,
              gated: false,
            }
          : null,
    };
  }
  const match = gateForm.exec(type);
  if (match === null) return null;
  const [, kind, clock, second, value, third] = match;
  if (clock !== 'P') throw new UnsupportedCell(name, type, 'it is clocked by a falling edge; use the rising edge');
  const enable = value === undefined ? second : third;
  return {
    clock: 'C',
    data: 'D',
    enable: enable === undefined ? null : { port: 'E', high: enable === 'P' },
    reset:
      value === undefined
        ? null
        : {
            port: 'R',
            high: second === 'P',
            value: BigInt(value),
            asynchronous: !(kind ?? '').startsWith('S'),
            gated: kind === 'SDFFCE',
          },
  };
};
