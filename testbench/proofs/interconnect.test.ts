import { expect, test } from 'vitest';
import type { Module } from '../../rtl/hdl/ir.ts';
import { interconnectProofs } from '../../rtl/interconnect/proofs.ts';
import { axi4Rules } from '../../rtl/parts/axi/rules.ts';
import { editInstance } from '../mutation/edit-instance.ts';
import { interconnectBugs } from '../mutation/interconnect-bugs.ts';
import { constantLike } from '../mutation/places.ts';
import { changeValues } from '../mutation/values.ts';
import { mistakesAreFound, mistakeTimeout } from './planted-mistakes.ts';
import { propertiesOf } from './properties-of.ts';

let stated: readonly string[] | undefined;
/** Elaborating the proofs takes a while. */
const statedRules = (): readonly string[] => {
  stated ??= interconnectProofs.targets.filter(({ name }) => name.includes('followed')).flatMap(propertiesOf);
  return stated;
};

/** Rules for valid and payload are of some port of a side; those for requests and data are of each subordinate's. */
test.each([
  ['manager', ['m_axi', 'm0_axi']],
  ['manager', ['m_axi', 'm1_axi']],
  ['subordinate', ['s_axi']],
] as const)('every rule that the interconnect keeps as a %s at %j is among its proofs', (keeper, edges) => {
  const kept = axi4Rules.filter((rule) => rule.keeper === keeper && rule.kind === 'rule').map(({ name }) => name);
  const properties = statedRules();
  expect(kept.length).toBeGreaterThan(10);
  expect(kept.filter((rule) => !edges.some((edge) => properties.includes(`${edge}: ${rule}`)))).toEqual([]);
});

const isFound = mistakesAreFound(interconnectProofs, 12);

const inside =
  (path: string, change: (module: Module) => Module) =>
  (top: Module): Module =>
    editInstance(top, ['crossbar', ...path.split('.').filter(Boolean)], change);

const always = (path: string, name: string, value: bigint) =>
  inside(path, (module) => changeValues(module, name, (node) => constantLike(node, value)));

/** One of those that traffic must find too; elsewhere, where a path is given. */
const bug = (name: string, path?: string) => {
  const found = interconnectBugs.find((each) => each.name === name);
  if (found === undefined) throw new Error(`there is no bug '${name}'`);
  return inside(path ?? found.path.join('.'), found.plant);
};

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
/** A mistake in the hardware, the proof and its property that must find it, and whether that is in every run. */
const mistakes = [
  [
    'a subordinate forgets whose turn it was',
    'turns',
    always('read_choice_0', 'last', 1n),
    'reads at m0_axi: 0 waits for no more than 1 others',
    true,
  ],
  [
    'requests of manager 1 have the number of manager 0',
    'one read',
    bug('identifier_not_widened', 'read_choice_1'),
    'm1_axi: it is asked only for what was asked for, and once',
    true,
  ],
  [
    'a read that nobody owns has a beat too many',
    'one read',
    bug('local_read_one_beat_long'),
    's_axi: r_last_early',
    false,
  ],
  [
    'a write that nobody owns is answered before its data',
    'one write',
    bug('answer_before_data'),
    's_axi: b_after_data',
    true,
  ],
] as const;

test.each(mistakes.filter(([, , , , always]) => thorough || always))(
  '%s: fails a proof',
  (_mistake, proof, change, property) => isFound({ proof, property, change }),
  mistakeTimeout,
);
