import { registerPortHeld, registerPortRules as rulesOf } from '../parts/axi/register-port-rules.ts';
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
export const registerPortPaths: readonly string[] = registerPortHeld.map((name) => `registers.${name}`);

export const registerPortRules = ({ m, io, seen }: ProvenPath): void =>
  rulesOf(m, io.s_axil, registerAddressWidth, (name) => seen(`registers.${name}`).bit(0));
