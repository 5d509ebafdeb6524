import { type Bits, concat, type ModuleBody, popCount } from '../../hdl/index.ts';
import { watchInterface } from './checking.ts';
import { axiLiteProperties } from './lite-properties.ts';

const lists = ['write_addresses', 'write_words', 'read_addresses'] as const;

/** Requests that a register port holds: those of `registerPort`. */
export const registerPortHeld = ['aw_held', 'w_held', 'ar_held'] as const;

/**
 * The rules of AXI4-Lite at the register port of a block, in a module around the block, whatever software does. `held` are the port's registers of these
 * names, which tie the checker's lists to it.
 */
export const registerPortRules = (
  m: ModuleBody,
  s_axil: Readonly<Record<'bvalid' | 'rvalid', Bits<1>>>,
  addressWidth: number,
  held: (name: (typeof registerPortHeld)[number]) => Bits<1>,
): void => {
  const rules = axiLiteProperties({ addressWidth, maxOutstanding: 3, role: 'assert subordinate' });
  const checker = watchInterface(
    m,
    's_axil_rules',
    s_axil,
    rules,
    Object.fromEntries(lists.map((name) => [`seen_${name}`, name])),
  );
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
