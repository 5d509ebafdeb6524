import { expect, test } from 'vitest';
import type { Expression, Module } from '../../rtl/hdl/ir.ts';
import { axi4Rules, axiLiteRules } from '../../rtl/parts/axi/rules.ts';
import { writeGateProofs } from '../../rtl/write-gate/proofs.ts';
import { editInstance } from '../mutation/edit-instance.ts';
import { changeInValues, constantLike, isReference } from '../mutation/places.ts';
import { changeValues } from '../mutation/values.ts';
import { writeGateBugs } from '../mutation/write-gate-bugs.ts';
import { mistakesAreFound, mistakeTimeout } from './planted-mistakes.ts';
import { propertiesOf } from './properties-of.ts';

/** Rules that say more than what one channel does by itself follow from the order of transfers, which is the same at both edges. */
const ofOneChannel = /_(reset|valid_stays|payload_stays)$/;
const ofAnAddress = /^a[rw]_(burst|size|fixed|wrap|boundary|cache|exclusive_(bytes|beats|aligned))/;

test('every rule of a channel by itself is among the proofs of both edges', () => {
  const stated = new Set(writeGateProofs.targets.flatMap(propertiesOf));
  for (const [edge, keeper] of [
    ['m_axi', 'manager'],
    ['s_axi', 'subordinate'],
  ] as const) {
    const kept = axi4Rules.filter(
      (rule) => rule.keeper === keeper && (ofOneChannel.test(rule.name) || ofAnAddress.test(rule.name)),
    );
    expect(kept.length).toBeGreaterThan(5);
    for (const { name } of kept) expect(stated).toContain(`${edge}: ${name}`);
  }
  const lite = axiLiteRules.filter(({ keeper, kind }) => keeper === 'subordinate' && kind === 'rule');
  for (const { name } of lite) expect(stated).toContain(`s_axil_rules.${name}`);
});

const isFound = mistakesAreFound(writeGateProofs, 12);

const inside =
  (change: (module: Module) => Module, ...path: readonly string[]) =>
  (top: Module): Module =>
    editInstance(top, ['gate', ...path], change);
const always = (name: string, value: bigint, ...path: readonly string[]) =>
  inside((module) => changeValues(module, name, (old: Expression) => constantLike(old, value)), ...path);
/** One of those that traffic must find too. */
const bug = (name: string) => {
  const found = writeGateBugs.find((each) => each.name === name);
  if (found === undefined) throw new Error(`there is no bug '${name}'`);
  return inside(found.plant);
};

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const marked = 'no write to a marked page passes before it is let go';
const prompt =
  'a write that nothing speaks against passes in the first cycle after it came, or the second after a mark has changed';

/** A mistake in the hardware, the proof and its property that must find it, and whether that is in every run. */
const mistakes = [
  ['a request passes by what was looked up before a mark changed', 'writes', bug('stale_look'), marked, true],
  ['writes to marked pages pass while the gate is enabled', 'writes', always('held', 0n), marked, false],
  ['a page above those that can be marked is held', 'writes', bug('high_bits_forgotten'), prompt, false],
  ['the gate forgets to be stopped', 'writes', bug('stop_ignored'), 'no write passes while the gate is stopped', false],
  [
    'more pass than may be unanswered',
    'writes',
    bug('limit_forgotten'),
    'no more writes pass than may be unanswered',
    false,
  ],
  [
    'a request that has passed is displaced by the next',
    'writes',
    inside((module) =>
      changeInValues(
        module,
        'passes',
        (node) => isReference(node, 'passed_full'),
        (node) => constantLike(node, 0n),
      ),
    ),
    'what passes does not displace the request before it',
    false,
  ],
  [
    'data go on before their request',
    'all that comes',
    bug('data_overtake'),
    'w: what is next is offered where its request has passed',
    false,
  ],
  ['reads go on twice', 'all that comes', always('pop', 0n, 'reads'), 'ar: nothing goes on that has not come', false],
  ['a held request is counted in every cycle', 'registers', bug('held_counted_again'), 'holds: it counts', false],
] as const;

test.each(mistakes.filter(([, , , , quick]) => thorough || quick))(
  '%s: fails a proof',
  async (_mistake, proof, change, property) => {
    await isFound({ proof, change, property });
  },
  mistakeTimeout,
);
