import { expect, test } from 'vitest';
import type { Module } from '../../rtl/hdl/ir.ts';
import { memoryPathProofs } from '../../rtl/memory-path/proofs.ts';
import { axi4Rules, axiLiteRules } from '../../rtl/parts/axi/rules.ts';
import { editInstance } from '../mutation/edit-instance.ts';
import { constantLike, isReference } from '../mutation/places.ts';
import { zero } from '../mutation/resource-access-controller-places.ts';
import { changeAnywhere, changeValues, mentionOf } from '../mutation/values.ts';
import { heldInputs } from './held-inputs.ts';
import { mistakesAreFound, mistakeTimeout } from './planted-mistakes.ts';
import { propertiesOf } from './properties-of.ts';

const isFound = mistakesAreFound(memoryPathProofs, 14);

const quick = memoryPathProofs.targets.filter(({ thorough }) => !thorough);
let stated: readonly string[] | undefined;
/** Elaborating all targets takes a while. */
const statedRules = (): readonly string[] => {
  stated ??= quick.flatMap(propertiesOf);
  return stated;
};

test.each([
  ['s_axi: ', 'subordinate', axi4Rules],
  ['m_axi: ', 'manager', axi4Rules],
  ['s_axil_rules.', 'subordinate', axiLiteRules],
] as const)('every rule that the path keeps at %s is among its proofs', (edge, keeper, rules) => {
  const ofEdge = statedRules().filter((name) => name.startsWith(edge));
  const kept = rules.filter((rule) => rule.keeper === keeper && rule.kind === 'rule');
  expect(kept.length).toBeGreaterThan(10);
  expect(ofEdge).toEqual(expect.arrayContaining(kept.map(({ name }) => `${edge}${name}`)));
});

const always = (name: string, value: bigint, path: string) => {
  const change = (module: Module): Module => changeValues(module, name, (old) => constantLike(old, value));
  return (top: Module): Module => editInstance(top, path.split('.'), change);
};

/** Writes of a whole block in two beats, to one block, all of them of form 1: none is merged, and each may go on as soon as it has come. */
const writesToOneBlock = heldInputs({
  s_axi_awvalid: 'free',
  s_axi_awaddr: 1n << 13n,
  s_axi_awsize: 3n,
  s_axi_awburst: 1n,
  s_axi_wvalid: 'free',
  s_axi_awlen: 1n,
  s_axi_wlast: 'free',
  s_axi_wstrb: 0xffn,
  free_registers_settings_form_1_valid: 1n,
  free_registers_settings_form_1_channel: 1n,
  free_keys_loaded: 3n,
  free_keys_kinds_0: 1n,
});

/** A mistake in the hardware, the property that must find it, and whether that is in every run. */
const mistakes = [
  [
    'no beat of AES ends a burst',
    'reads at the processor',
    always('of_aes_last', 0n, 'path.read_slots'),
    's_axi: r_last_missing',
    false,
  ],
  [
    'answers of memory pass those of other channels',
    'reads at the processor',
    always('other', 0n, 'path.read_slots'),
    'a beat from memory is of the oldest access of its identifier',
    false,
  ],
  [
    'every answer is under identifier 0',
    'writes at the processor',
    always('answer_payload_id', 0n, 'path.write_bursts'),
    's_axi: b_identifier',
    false,
  ],
  [
    'scans ask for a cache that there is not',
    'reads at memory',
    always('scan_cache', 4n, 'path.read_requests'),
    'm_axi: ar_cache',
    false,
  ],
  [
    'memory is asked for one beat of a plain burst',
    'reads at memory',
    always('candidate_len', 0n, 'path.read_requests'),
    'a plain beat that memory gives is the last, and EXOKAY, as AXI4 has it',
    false,
  ],
  [
    'the last beat of a piece is not marked',
    'writes at memory',
    always('last_beat', 0n, 'path.write_launch'),
    'm_axi: w_last_missing',
    false,
  ],
  [
    'a slot never says that it is at its last block',
    'blocks of reads',
    always('tag_last', 0n, 'path.read_slots'),
    "aes: tag 0 is a slot's, in order",
    false,
  ],
  [
    'a burst does not count its pieces',
    'write pieces',
    always('burst_0_pieces', 0n, 'path.write_bursts'),
    'burst 0: it is answered when each of its pieces was',
    false,
  ],
  [
    'a piece does not wait for an older one that touches its blocks',
    'write pieces',
    (top: Module) => writesToOneBlock(always('older_touching', 0n, 'path.write_pieces')(top)),
    'pieces 0 and 1: of two that touch a block only the older is read, encrypted or written',
    false,
  ],
  [
    "PRINCE's queue forgets the places of its blocks",
    "PRINCE's queue",
    always('head_tag_place', 0n, 'decryption.prince_queue'),
    'tags come out in their order',
    true,
  ],
  [
    "AES's queue forgets the places of its blocks",
    "AES's queue",
    always('head_tag_place', 0n, 'decryption.aes_queue'),
    'tags come out in their order',
    false,
  ],
  [
    'a block of AES leaves after its first time round',
    'tags of AES, 2 rounds',
    always('turning', 0n, 'engine'),
    'round 1: a block is at it in the cycles that it must be',
    false,
  ],
  [
    'a tag of PRINCE overtakes its block',
    'tags of PRINCE',
    (top: Module) =>
      editInstance(top, ['engine'], (module) => changeValues(module, 'tag_3', () => mentionOf(module, 'tag_1'))),
    'cycle 3: the block has its tag',
    false,
  ],
  [
    'a locked slot takes commands',
    'locked keys stay',
    (top: Module) =>
      editInstance(top, ['path', 'keys'], (module) =>
        changeAnywhere(module, (node) => node.kind === 'slice' && isReference(node.operand, 'locked'), zero),
      ),
    'key slot 0: locked and not busy, it stays so',
    false,
  ],
  [
    'a key of PRINCE is what is staged, with no commit',
    'locked keys stay',
    (top: Module) =>
      editInstance(top, ['path', 'keys'], (module) =>
        changeValues(
          changeValues(module, 'starts', (old) => constantLike(old, 1n)),
          'prince_keys_0_k0',
          (value) => (value.kind === 'multiplex' ? value.whenTrue : value),
          1,
          ({ kind }) => kind === 'multiplex',
        ),
      ),
    'key slot 0: locked and not busy, it keeps what it holds',
    false,
  ],
  [
    'words are staged while a commit is active',
    'locked keys stay',
    (top: Module) =>
      editInstance(top, ['path', 'registers'], (module) =>
        changeAnywhere(module, (node) => isReference(node, 'hold'), zero),
      ),
    'word 0: it stays as it is while a commit is active',
    false,
  ],
  [
    'round keys are not cleared',
    'round keys are cleared, encrypt',
    always('data', 1n, 'store'),
    'round key 1: it is 0 when its word has been cleared',
    false,
  ],
  [
    'a register answers EXOKAY',
    'registers keep',
    always('rresp', 1n, 'path.registers'),
    's_axil_rules.r_exclusive',
    true,
  ],
] as const;
const thorough = process.env.PORTCULLIS_THOROUGH === '1';

test.each(mistakes.filter(([, , , , always]) => thorough || always))(
  '%s: fails a proof',
  (_mistake, proof, change, property) => isFound({ proof, property, change }),
  mistakeTimeout,
);
