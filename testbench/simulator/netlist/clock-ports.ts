import { flipFlopOf } from './flip-flops.ts';
import type { NetlistBit, NetlistModule } from './yosys-netlist.ts';

/**
 * The input ports of a module that carry its clock.
 * @param clocksOf those of a module that it holds.
 * @throws Error where there is more than one clock, or one that is no port.
 */
export const clockPorts = (
  name: string,
  source: NetlistModule,
  clocksOf: (module: string) => ReadonlySet<string>,
): ReadonlySet<string> => {
  const clockBits = new Set<NetlistBit>();
  for (const [cellName, cell] of Object.entries(source.cells)) {
    const pins: string[] = [];
    if (cell.type === '$mem_v2') pins.push('RD_CLK', 'WR_CLK');
    else if (cell.type.startsWith('$')) {
      const flipFlop = flipFlopOf(cellName, cell);
      if (flipFlop !== null) pins.push(flipFlop.clock);
    } else pins.push(...clocksOf(cell.type));
    for (const pin of pins)
      for (const bit of cell.connections[pin] ?? []) if (typeof bit === 'number') clockBits.add(bit);
  }
  if (clockBits.size > 1)
    throw new Error(
      `module '${name}' has more than one clock, which cannot be simulated; there is one rising edge a cycle`,
    );
  const ports = Object.entries(source.ports).filter(
    ([port, { direction, bits }]) =>
      direction === 'input' && (port === 'aclk' || bits.some((bit) => clockBits.has(bit))),
  );
  if (ports.length === 0 && clockBits.size > 0)
    throw new Error(`the clock of module '${name}' is not an input port; gated and divided clocks cannot be simulated`);
  return new Set(ports.map(([port]) => port));
};
