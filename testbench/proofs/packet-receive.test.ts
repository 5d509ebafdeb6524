import { expect, test } from 'vitest';
import type { Expression, Module } from '../../rtl/hdl/ir.ts';
import { packetReceiveProofs } from '../../rtl/packet-receive/proofs.ts';
import { axi4Rules, axiLiteRules } from '../../rtl/parts/axi/rules.ts';
import { editInstance } from '../mutation/edit-instance.ts';
import { packetReceiveBugs } from '../mutation/packet-receive-bugs.ts';
import { constantLike } from '../mutation/places.ts';
import { changeValues } from '../mutation/values.ts';
import { mistakesAreFound } from './planted-mistakes.ts';
import { propertiesOf } from './properties-of.ts';

test.each([
  ['m_axi: ', 'manager', axi4Rules.filter(({ name }) => name.startsWith('aw_') || name.startsWith('w_'))],
  ['s_axil_rules.', 'subordinate', axiLiteRules],
] as const)('every rule that the engine keeps at %s is among its proofs', (edge, keeper, rules) => {
  // Exclusive accesses there are none, which the address rules of one that is not exclusive say already.
  const kept = rules.filter(
    (rule) => rule.keeper === keeper && rule.kind === 'rule' && !/^aw_exclusive_(order|pair|match)$/.test(rule.name),
  );
  const stated = packetReceiveProofs.targets.flatMap(propertiesOf).filter((name) => name.startsWith(edge));
  expect(kept.length).toBeGreaterThan(5);
  expect(stated).toEqual(expect.arrayContaining(kept.map(({ name }) => `${edge}${name}`)));
});

const isFound = mistakesAreFound(packetReceiveProofs, 30);

const always = (path: string, name: string, value: bigint, count = 1) => {
  const change = (old: Expression): Expression => constantLike(old, value);
  return (top: Module): Module =>
    editInstance(top, ['engine', ...path.split('.').filter(Boolean)], (module) =>
      changeValues(module, name, change, count),
    );
};

/** One of those that traffic must find too. */
const bug = (name: string) => {
  const found = packetReceiveBugs.find((each) => each.name === name);
  if (found === undefined) throw new Error(`there is no bug '${name}'`);
  return (top: Module): Module => editInstance(top, ['engine', ...found.path], found.plant);
};

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
/** A mistake in the hardware, the proof and its property that must find it, and whether that is in every run. */
const mistakes = [
  ['no beat is the last', 'bursts', always('writer', 'last_beat', 0n), 'm_axi: w_last_missing', false],
  [
    'every burst is taken for the last of its entry',
    'bursts',
    always('writer', 'short', 1n),
    'm_axi: w_last_early',
    false,
  ],
  [
    'a full ring is written',
    'each packet',
    bug('full_ring_written'),
    'ring 0: an entry is begun only where the client has none',
    true,
  ],
  [
    'an index does not wrap with its ring',
    'each packet',
    bug('index_not_masked'),
    'a burst lies in its entry, and the entry in its ring',
    false,
  ],
  [
    'a packet for several clients is gone after the first',
    'each packet',
    bug('buffer_freed_after_first'),
    'a packet is done with when all its clients have had it',
    false,
  ],
  [
    'overflow is not counted',
    'each packet',
    always('writer', 'overflow', 0n),
    'client 0: each of its packets has an entry, or is counted as overflow',
    false,
  ],
  [
    'the end of a packet is written whole',
    'each packet',
    bug('strobes_ignored'),
    "a beat is the header's, or the packet's, with the packet's strobes at its end",
    false,
  ],
  [
    'answers are not waited for',
    'indices',
    always('', 'under_way_pop_ready', 1n),
    'a chain is done after the answers to all that was written before its end',
    true,
  ],
  [
    'the producer index moves with the first burst of an entry',
    'indices',
    bug('published_too_early'),
    'the producer index passes the entry of its number',
    false,
  ],
  [
    'only the last burst of an entry counts as refused',
    'indices',
    bug('refusal_forgotten'),
    'an entry counts for its client where no burst of it was refused',
    false,
  ],
  [
    'a record is taken before all packets of its chain are there',
    'each frame',
    bug('chain_not_closed'),
    'the end of a chain comes behind all of its packets',
    true,
  ],
  [
    'the length of a packet counts on into the next',
    'each frame',
    bug('length_not_cleared'),
    'a packet has the length of its frame, the beats that an entry holds, and is truncated where that is less',
    false,
  ],
  [
    'chains of client 0 do not grow old',
    'registers',
    bug('moderation_never_ends'),
    'client 0: a chain raises the interrupt within so many cycles',
    false,
  ],
] as const;

test.each(mistakes.filter(([, , , , always]) => thorough || always))(
  '%s: fails a proof',
  async (_mistake, proof, change, property) => {
    await isFound({ proof, change, property });
  },
  600_000,
);
