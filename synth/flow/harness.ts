/**
 * A frame around any module that lets it be placed on a chip with few pins: every input comes from a shift register, every output
 * goes into a flip-flop, and a pipelined tree of exclusive-ors of four folds those into one pin. Every path of the frame is one
 * table deep, so that the module decides the clock.
 */
import type { NetlistModule } from '../yosys/netlist.ts';
import { isClockPort, kindOf } from './cell-kinds.ts';
import { designName } from './targets.ts';

export const harnessName = 'portcullis_harness';

export interface Harness {
  readonly verilog: string;
  /** Flip-flops, each with at most one table before it, that the frame adds. */
  readonly registers: number;
}

const clockBits = (module: NetlistModule): Set<number> => {
  const bits = new Set<number>();
  for (const cell of Object.values(module.cells)) {
    const kind = kindOf(cell.type);
    if (kind !== 'register' && kind !== 'memory' && kind !== 'table memory') continue;
    for (const [port, connected] of Object.entries(cell.connections)) {
      if (cell.port_directions?.[port] === 'output' || !isClockPort(port)) continue;
      for (const bit of connected) if (typeof bit === 'number') bits.add(bit);
    }
  }
  return bits;
};

/** Null when the module has no outputs, or ports that go both ways. */
export const harnessFor = (module: NetlistModule): Harness | null => {
  const clocks = clockBits(module);
  const connections: string[] = [];
  let inputs = 0;
  let outputs = 0;
  for (const [name, port] of Object.entries(module.ports)) {
    const width = port.bits.length;
    if (port.direction === 'inout') return null;
    if (port.direction === 'output') {
      connections.push(`    .\\${name} (response[${outputs} +: ${width}])`);
      outputs += width;
    } else if (port.bits.every((bit) => typeof bit === 'number' && clocks.has(bit))) {
      connections.push(`    .\\${name} ({${width}{clock}})`);
    } else {
      connections.push(`    .\\${name} (stimulus[${inputs} +: ${width}])`);
      inputs += width;
    }
  }
  if (outputs === 0) return null;

  const folds: string[] = [];
  let registers = inputs + outputs;
  let from = 'captured';
  for (let width = outputs, level = 0; width > 1; level++) {
    const next = Math.ceil(width / 4);
    const into = `folded${level}`;
    folds.push(`  reg [${next - 1}:0] ${into};`, '  always @(posedge clock) begin');
    for (let index = 0; index < next; index++) {
      folds.push(`    ${into}[${index}] <= ^${from}[${Math.min(width - 1, 4 * index + 3)}:${4 * index}];`);
    }
    folds.push('  end');
    registers += next;
    from = into;
    width = next;
  }
  const stimulus =
    inputs === 0
      ? []
      : [`  reg [${inputs - 1}:0] stimulus;`, `  always @(posedge clock) stimulus <= {stimulus, shift_in};`];
  const verilog = [
    `module ${harnessName}(input clock, input shift_in, output shift_out);`,
    ...stimulus,
    `  wire [${outputs - 1}:0] response;`,
    `  ${designName} design (`,
    connections.join(',\n'),
    '  );',
    `  reg [${outputs - 1}:0] captured;`,
    '  always @(posedge clock) captured <= response;',
    ...folds,
    `  assign shift_out = ${from}[0];`,
    'endmodule',
    '',
  ].join('\n');
  return { verilog, registers };
};
