import { expect, test } from 'vitest';
import type { Expression, Module } from '../../rtl/hdl/ir.ts';
import { memoryManagementUnitProofs } from '../../rtl/memory-management-unit/proofs.ts';
import { editInstance } from '../mutation/edit-instance.ts';
import { changeInValues, constantLike, isReference } from '../mutation/places.ts';
import { changeAnywhere, changeValues } from '../mutation/values.ts';
import { mistakesAreFound, mistakeTimeout, proofNamed } from './planted-mistakes.ts';
import { propertiesOf } from './properties-of.ts';

const isFound = mistakesAreFound(memoryManagementUnitProofs, 16);

const zero = (node: Expression): Expression => constantLike(node, 0n);
const ones = (node: Expression): Expression => constantLike(node, (1n << BigInt(node.width)) - 1n);
const mistakeIn =
  (path: string, change: (module: Module) => Module) =>
  (top: Module): Module =>
    editInstance(top, path.split('.'), change);
/** A signal that is read as another value. */
const readAs = (path: string, name: string, value: (node: Expression) => Expression) =>
  mistakeIn(path, (module) => changeAnywhere(module, (node) => isReference(node, name), value));

const pages = 'nothing by a translation that was taken back';
const writes = 'no write is answered without a good copy';
const processor = 'what the processor is answered';
const walks = 'walks at the memories';
const readRequests = 'reads at the memories';
const turns = 'one direction at a time on both memories';

/** A mistake in the hardware, the proof and the property that must find it. */
const mistakes = [
  [
    'cookies are not compared',
    pages,
    'read slot 0: no beat is given by a translation that was taken back',
    mistakeIn('unit.lookup.checks', (checks) => changeValues(checks, 'same', ones)),
  ],
  [
    'a read under way takes no notice of a bump',
    pages,
    'read slot 0: no beat is given by a translation that was taken back',
    readAs('unit.reads', 'bump_now', zero),
  ],
  [
    'a write under way takes no notice of a bump',
    pages,
    'write slot 0: no beat is written by a translation that was taken back',
    readAs('unit.writes', 'bump_now', zero),
  ],
  [
    'a walk bears no marks',
    pages,
    'a walk that is old bears the mark of its index, or starts anew',
    readAs('unit.walker', 'bump_now', zero),
  ],
  [
    'an answer is taken for that of a memory that has failed',
    writes,
    'no write is answered with OKAY without a good copy',
    readAs('unit.writes', 'memory_failed', zero),
  ],
  [
    'an error of a memory is no refusal',
    writes,
    'no write is answered with OKAY without a good copy',
    mistakeIn('unit.writes', (slots) =>
      ['refused_0', 'refused_1'].reduce((module, name) => changeValues(module, name, zero), slots),
    ),
  ],
  [
    'a beat is given though the one before waits',
    processor,
    'r: what is offered stays offered',
    readAs('unit.reads', 'answer_ready', ones),
  ],
  [
    'an answer is given though the one before waits',
    processor,
    'b: what is offered stays offered',
    readAs('unit.writes', 'answer_ready', ones),
  ],
  [
    'a write that was answered is answered again',
    processor,
    'no answer comes without a write under way',
    mistakeIn('unit.writes', (slots) => changeInValues(slots, 'valid', (node) => isReference(node, 'ending'), zero)),
  ],
  [
    'memory is asked to read longer bursts than the processor asked for',
    readRequests,
    "m0_axi: its len is that of the processor's request",
    mistakeIn('unit.reads', (slots) => changeValues(slots, 'asking_len', ones)),
  ],
  [
    'a read that is asked for again has the identifier of what comes',
    readRequests,
    "m0_axi: its id is that of the processor's request",
    mistakeIn('unit.reads', (slots) =>
      changeInValues(slots, 'asking_id', (node) => isReference(node, 'retries'), zero),
    ),
  ],
  [
    'an exclusive read is asked for where none was',
    readRequests,
    "m0_axi: its lock is that of the processor's request",
    mistakeIn('unit.reads', (slots) => changeValues(slots, 'requests_0_lock', ones)),
  ],
  [
    'a walk asks for one beat more',
    walks,
    "m0_axi: a walk's len is as it must be",
    mistakeIn('unit.walker', (walker) => changeValues(walker, 'request_len', ones)),
  ],
  [
    'a write begins on both memories in the time of reads',
    turns,
    'no read and write are under way on both memories at once',
    mistakeIn('unit.turns', (module) =>
      changeInValues(module, 'writes_begin', (node) => isReference(node, 'both_kind'), ones),
    ),
  ],
  [
    'a direction changes while something is under way',
    turns,
    'no read and write are under way on both memories at once',
    readAs('unit.turns', 'writes_open', zero),
  ],
] as const;
const thorough = process.env.PORTCULLIS_THOROUGH === '1';

test('every property that is to find a mistake is among those that are proved', () => {
  const proved = [pages, writes, processor, walks, readRequests, turns].flatMap((name) =>
    propertiesOf(proofNamed(memoryManagementUnitProofs, name)),
  );
  expect(proved).toEqual(expect.arrayContaining(mistakes.map(([, , property]) => property)));
});

// Each takes a search of ten seconds and more.
test.each(thorough ? mistakes : [])(
  '%s: fails a proof',
  (_mistake, proof, property, change) => isFound({ proof, property, change }),
  mistakeTimeout,
);
