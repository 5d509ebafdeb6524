/** What a netlist says of its nets. */
import type { NetlistModule } from './yosys-netlist.ts';

/** The name of a list of bits, joined with commas, where it has one that its author gave it. */
export const netNames = ({ netnames }: NetlistModule): ReadonlyMap<string, string> => {
  const names = new Map<string, string>();
  const own = Object.entries(netnames).filter(([, { hide_name: hidden }]) => hidden === 0);
  for (const [net, { bits }] of own) if (!names.has(bits.join())) names.set(bits.join(), net);
  // A register of many bits in one net: each flip-flop takes the name of its bit.
  for (const [net, { bits }] of own) {
    if (bits.length > 1)
      bits.forEach((bit, index) => names.has(String(bit)) || names.set(String(bit), `${net}[${index}]`));
  }
  return names;
};

/** What each bit holds at power-on, where that is said. */
export const initialBits = ({ netnames }: NetlistModule): ReadonlyMap<number, string> => {
  const initial = new Map<number, string>();
  for (const { bits, attributes } of Object.values(netnames)) {
    const { init } = attributes;
    if (init === undefined) continue;
    bits.forEach((bit, index) => typeof bit === 'number' && initial.set(bit, init[init.length - 1 - index] ?? '0'));
  }
  return initial;
};
