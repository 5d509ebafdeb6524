import { type Bits, concat, popCount } from '../hdl/index.ts';
import { watchInterface } from '../parts/axi/checking.ts';
import { axiLiteProperties } from '../parts/axi/lite-properties.ts';
import { registerAddressWidth } from './interface.ts';
import type { ProvenPath } from './properties-surroundings.ts';

/** The rules of AXI4-Lite at `s_axil`, whatever software and the rest of the path do. */

/** All of the path but the register port. */
export const besideRegisters: readonly string[] = [
  'keys',
  'tweaks',
  'read_requests',
  'read_slots',
  'decryption',
  'write_bursts',
  'write_pieces',
  'encryption',
  'write_launch',
  'scanner',
];

/** The signals inside the path that `registerPortRules` speaks of. */
export const registerPortPaths: readonly string[] = ['aw_held', 'w_held', 'ar_held'].map((name) => `registers.${name}`);

const lists = ['write_addresses', 'write_words', 'read_addresses'] as const;

export const registerPortRules = ({ m, io, seen }: ProvenPath): void => {
  const { s_axil } = io;
  const rules = axiLiteProperties({
    addressWidth: registerAddressWidth,
    maxOutstanding: 3,
    role: 'assert subordinate',
  });
  const checker = watchInterface(
    m,
    's_axil_rules',
    s_axil,
    rules,
    Object.fromEntries(lists.map((name) => [`seen_${name}`, name])),
  );
  const held = (name: string): Bits<1> => seen(`registers.${name}`).bit(0);
  for (const [list, waits, answered] of [
    ['write_addresses', held('aw_held'), s_axil.bvalid],
    ['write_words', held('w_held'), s_axil.bvalid],
    ['read_addresses', held('ar_held'), s_axil.rvalid],
  ] as const)
    m.assert(
      checker[`seen_${list}`]?.eq(popCount(concat(waits, answered)).resize<number>(2)) ?? waits,
      `${list.replace('_', ' ')}: what is under way is held, or in the register of answers`,
    );
};
