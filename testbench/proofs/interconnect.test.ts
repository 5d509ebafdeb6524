import { expect, test } from 'vitest';
import type { Expression, Module } from '../../rtl/hdl/ir.ts';
import { interconnectProofs } from '../../rtl/interconnect/proofs.ts';
import { axi4Rules } from '../../rtl/parts/axi/rules.ts';
import { editInstance } from '../mutation/edit-instance.ts';
import { interconnectBugs } from '../mutation/interconnect-bugs.ts';
import { changeInValues, constantLike } from '../mutation/places.ts';
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

/** The interconnect answers OKAY in the place of DECERR. */
const answersOkay = (path: string) =>
  inside(path, (module) =>
    changeInValues(
      module,
      'response_content',
      (node: Expression) => node.kind === 'constant' && node.width === 2 && node.value === 3n,
      (node) => constantLike(node, 0n),
    ),
  );

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
    'a W side that is held is taken',
    'turns',
    always('', 'data_held', 0n),
    's0_axi and s1_axi: no W side is held twice',
    false,
  ],
  [
    'a request that is shown is not kept',
    'one read',
    inside('read_choice_0', (module) =>
      changeInValues(
        module,
        'full',
        (node) =>
          node.kind === 'unary' &&
          node.operator === 'not' &&
          node.operand.kind === 'binary' &&
          node.operand.operator === 'or',
        (node) => constantLike(node, 0n),
      ),
    ),
    'm_axi: ar_valid_stays',
    false,
  ],
  [
    'a request is taken while another is held',
    'one read',
    always('read_intake_0', 'channel_ready', 1n),
    'm0_axi: what was asked for and not of it is held, or shown',
    false,
  ],
  [
    'requests of manager 1 have the number of manager 0',
    'one read',
    bug('identifier_not_widened', 'read_choice_1'),
    'm1_axi: it is asked only for what was asked for, and once',
    false,
  ],
  [
    'an identifier may be at two subordinates at once',
    'one read',
    bug('order_rule_dropped'),
    'each beat of it is the one of its number that its subordinate gave',
    false,
  ],
  [
    'a subordinate offers a beat once more',
    'one read',
    always('read_answer_0', 'offers', 1n),
    's_axi: r_identifier',
    false,
  ],
  [
    'a read that nobody owns has a beat too many',
    'one read',
    bug('local_read_one_beat_long'),
    's_axi: r_last_early',
    false,
  ],
  [
    'a read that nobody owns is answered OKAY',
    'one read',
    answersOkay('local_read_0'),
    'what no subordinate owns is answered by zeros, and DECERR',
    false,
  ],
  [
    'writes of manager 1 have the number of manager 0',
    'one write',
    bug('identifier_not_widened'),
    'm1_axi: it is asked only for what was asked for, and once',
    false,
  ],
  ['data of two writes mix', 'one write', bug('data_side_shared'), 'm0_axi: w_last_early', false],
  [
    'all bytes of a beat are written',
    'one write',
    inside('data_output_0', (module) => changeValues(module, 'payload_strb', (node) => constantLike(node, 15n))),
    'm0_axi: w_strobes',
    false,
  ],
  [
    'data go where the write before went',
    'one write',
    bug('last_beat_forgotten'),
    'm1_axi: each beat of it is the one of its number that its manager sent',
    false,
  ],
  [
    'a write that nobody owns is answered before its data',
    'one write',
    bug('answer_before_data'),
    's_axi: b_after_data',
    false,
  ],
  [
    'a write that nobody owns is answered OKAY',
    'one write',
    answersOkay('local_write_0'),
    'what no subordinate owns is answered DECERR',
    false,
  ],
] as const;

test.each(mistakes.filter(([, , , , always]) => thorough || always))(
  '%s: fails a proof',
  (_mistake, proof, change, property) => isFound({ proof, property, change }),
  mistakeTimeout,
);
