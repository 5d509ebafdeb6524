/** What the cells of the targets are: what they count as, and which of their inputs their outputs follow at once. */
import type { NetlistBit, NetlistCell } from '../yosys/netlist.ts';

export type CellKind =
  | 'table'
  | 'register'
  | 'memory'
  | 'table memory'
  | 'carry'
  | 'wide multiplexer'
  | 'multiplier'
  | 'buffer'
  | 'gate'
  | 'instance'
  /** Says something about the design and becomes no hardware. */
  | 'remark';

const kinds: readonly (readonly [RegExp, CellKind])[] = [
  [/^\$(scopeinfo|print|check|assert|assume|cover|live|fair|specify\w*)$/, 'remark'],
  [/^(\$lut|SB_LUT4|LUT[1-6]|INV)$/, 'table'],
  [/^(\$_(S?DFF|DFFE|SDFFC?E|ALDFFE?|DFFSRE?|DLATCH(SR)?|SR|FF)_|\$_(DFF|SDFF)\w*_$)/, 'register'],
  [/^(SB_DFF\w*|TRELLIS_FF|FD[CPRS]E(_1)?|LD[CP]E(_1)?)$/, 'register'],
  [/^(\$mem_v2|SB_RAM40_4K\w*|SB_SPRAM256KA|DP16KD|PDPW16KD|RAMB(18|36)E1)$/, 'memory'],
  [/^(TRELLIS_DPR16X4|RAM\d+M\d*|RAM\d+X\d+[SD]P?(_1)?|SRL16E|SRLC32E)$/, 'table memory'],
  [/^(SB_CARRY|CCU2C|CARRY4|\$__ICE40_CARRY_WRAPPER)$/, 'carry'],
  [/^(PFUMX|L6MUX21|MUXF[789])$/, 'wide multiplexer'],
  [/^(DSP48E1|MULT(9X9|18X18)\w*|ALU54\w*|SB_MAC16)$/, 'multiplier'],
  [/^([IO]BUF\w*|BUFG\w*|SB_GB|SB_IO|TRELLIS_IO)$/, 'buffer'],
  [/^\$/, 'gate'],
];

const known = new Map<string, CellKind>();

/** Names beginning with `$paramod` are modules, not gates. */
export const kindOf = (type: string): CellKind => {
  let kind = known.get(type);
  if (kind === undefined) {
    const isModule = type.startsWith('$paramod');
    kind = isModule ? 'instance' : (kinds.find(([pattern]) => pattern.test(type))?.[1] ?? 'instance');
    known.set(type, kind);
  }
  return kind;
};

/** Look-up tables that a cell takes, beside those counted by themselves. */
const tablesOf: Readonly<Record<string, number>> = {
  CCU2C: 2,
  TRELLIS_DPR16X4: 6,
  RAM32M: 4,
  RAM64M: 4,
  RAM32X1S: 1,
  RAM64X1S: 1,
  RAM128X1S: 2,
  RAM256X1S: 4,
  RAM32X1D: 2,
  RAM64X1D: 2,
  RAM128X1D: 4,
  SRL16E: 1,
  SRLC32E: 1,
};

export const tablesTaken = (type: string): number => (kindOf(type) === 'table' ? 1 : (tablesOf[type] ?? 0));

/** Outputs that follow inputs within a cycle, and by how many levels. */
export interface Arc {
  readonly inputs: readonly NetlistBit[];
  readonly outputs: readonly NetlistBit[];
  readonly levels: number;
}

/** Yosys tells no directions of this wrapper of its own around a bit of carry and the table beside it. */
const wrapperDirections = {
  A: 'input',
  B: 'input',
  CI: 'input',
  I0: 'input',
  I3: 'input',
  CO: 'output',
  O: 'output',
} as const;

export const directionsOf = (cell: NetlistCell): Readonly<Record<string, 'input' | 'output' | 'inout'>> =>
  cell.port_directions ?? (cell.type === '$__ICE40_CARRY_WRAPPER' ? wrapperDirections : {});

const bitsOf = (cell: NetlistCell, direction: 'input' | 'output', ports?: RegExp): NetlistBit[] =>
  Object.entries(directionsOf(cell)).flatMap(([port, way]) =>
    way === direction && (ports === undefined || ports.test(port)) ? (cell.connections[port] ?? []) : [],
  );

const carryIn = /^(CI|CIN|CYINIT)$/;
const readAddress = /^(RAD|DPRA\d?|A\d|ADDR[A-H])/;

/**
 * A table is one level. A carry chain is one level for where it is entered, however long: a bit of carry takes an eighth
 * of the time of a table with its wire. A wide multiplexer sits behind its tables in the same slice and is part of their level.
 */
export const arcsOf = (cell: NetlistCell): readonly Arc[] => {
  const kind = kindOf(cell.type);
  const outputs = () => bitsOf(cell, 'output');
  switch (kind) {
    case 'register':
    case 'instance':
    case 'remark':
      return [];
    case 'memory':
      // Ports of a memory that was left whole may be read within the cycle.
      if (cell.type !== '$mem_v2' || cell.parameters.RD_CLK_ENABLE?.includes('0') !== true) return [];
      return [{ inputs: cell.connections.RD_ADDR ?? [], outputs: cell.connections.RD_DATA ?? [], levels: 1 }];
    case 'table memory':
      return [{ inputs: bitsOf(cell, 'input', readAddress), outputs: outputs(), levels: 1 }];
    case 'carry':
      return [
        { inputs: bitsOf(cell, 'input', carryIn), outputs: outputs(), levels: 0 },
        { inputs: bitsOf(cell, 'input', /^(?!(CI|CIN|CYINIT)$)/), outputs: outputs(), levels: 1 },
      ];
    case 'wide multiplexer':
    case 'buffer':
      return [{ inputs: bitsOf(cell, 'input'), outputs: outputs(), levels: 0 }];
    case 'table':
    case 'multiplier':
    case 'gate':
      return [{ inputs: bitsOf(cell, 'input'), outputs: outputs(), levels: 1 }];
    default:
      return kind satisfies never;
  }
};

const clockPort =
  /^(C|CK|CLK|CLKA|CLKB|CLKR|CLKW|RCLK|WCLK|RCLKN|WCLKN|G|GE|SCLK|CLOCK|CLKARDCLK|CLKBWRCLK|RD_CLK|WR_CLK)$/;

/** Whether a port of a cell that holds state is its clock, which no path is measured to. */
export const isClockPort = (port: string): boolean => clockPort.test(port);
