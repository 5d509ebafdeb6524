import { all, type Bits, select } from '../hdl/index.ts';
import { range } from '../parts/seen.ts';
import { memoryIdWidth } from './interface.ts';
import { assertChosen, type ChosenForm, chosenForm, formPaths } from './properties-forms.ts';
import type { ProvenPath } from './properties-surroundings.ts';
import { type Geometry, purposes } from './shapes.ts';

/**
 * That every access goes the way that its form says: whatever form is chosen. At memory a plain one is under the identifier of the processor, an encrypted write under one of the
 * path's own, and a refused one is not there; what the engines are given is for the channel and the key slot of the form.
 */

/** The signals inside the path that `routingProperties` speaks of. */
export const routingPaths = (p: Geometry): readonly string[] => [
  'read_requests.ar_held_form',
  'read_requests.ar_held_signals_addr',
  'read_requests.burst_addr',
  'read_requests.channel',
  'read_requests.key',
  ...range(p.reads).flatMap((slot) =>
    ['class', 'purpose', 'unit', 'key'].map((field) => `read_slots.slot_${slot}_${field}`),
  ),
  'write_bursts.aw_held_form',
  'write_bursts.aw_held_signals_addr',
  'write_bursts.current_addr',
  ...formPaths,
  ...range(p.writes).flatMap((piece) =>
    ['line', 'channel', 'key'].map((field) => `write_pieces.piece_${piece}_${field}`),
  ),
  'write_pieces.encrypt_piece_line',
  ...['decryption.from', 'encryption.from', 'tweaks.read', 'tweaks.write'].flatMap((port) =>
    ['valid', 'channel', 'key'].map((field) => `${port}_${field}`),
  ),
  'decryption.tag_slot',
  'tweaks.read_place',
  'tweaks.write_unit',
  'read_requests.ar_full',
  'write_bursts.aw_full',
];

const ownIdentifier = (p: Geometry, id: Bits): Bits<1> => id.bit(memoryIdWidth(p) - 1);

export const routingProperties = (p: Geometry, path: ProvenPath): ChosenForm => {
  const { m, io, seen } = path;
  const chosen = chosenForm(p, path);
  const { m_axi } = io;
  const flag = (name: string): Bits<1> => seen(name).bit(0);

  // At the memory.
  const scans = m_axi.arid.eq(2 ** (memoryIdWidth(p) - 1) + 1);
  const read = all([m_axi.arvalid, chosen.marks(m_axi.araddr), scans.not()]);
  const write = all([m_axi.awvalid, chosen.marks(m_axi.awaddr)]);
  m.assert(read.implies(chosen.refused.not()), 'no read of a form that cannot be used reaches memory');
  m.assert(write.implies(chosen.refused.not()), 'no write of a form that cannot be used reaches memory');
  m.assert(
    write.implies(ownIdentifier(p, m_axi.awid).eq(chosen.encrypted)),
    "an encrypted write is under an identifier of the path's own, a plain one under the processor's",
  );
  m.assert(
    read.and(ownIdentifier(p, m_axi.arid)).implies(chosen.encrypted),
    'only an encrypted write is merged with what memory has',
  );
  const asItCame = all([m_axi.awvalid, ownIdentifier(p, m_axi.awid)]);
  m.assert(asItCame.implies(m_axi.awlock.not()), 'no encrypted write is exclusive');

  // On the way there.
  for (const [direction, held, full] of [
    ['reads', 'read_requests.ar_held', 'read_requests.ar_full'],
    ['writes', 'write_bursts.aw_held', 'write_bursts.aw_full'],
  ] as const)
    m.assert(
      flag(full).implies(chosen.marks(seen(`${held}_signals_addr`)).eq(seen(`${held}_form`).eq(chosen.form))),
      `${direction}: what is held has the mark of its form`,
    );
  assertChosen(m, chosen, {
    what: 'the burst that is cut',
    when: chosen.marks(seen('read_requests.burst_addr')),
    class: seen('read_requests.channel'),
    key: seen('read_requests.key'),
  });
  assertChosen(m, chosen, {
    what: 'the write burst whose data come',
    when: chosen.marks(seen('write_bursts.current_addr')),
    class: seen('write_bursts.current_class'),
    key: seen('write_bursts.current_key'),
  });
  for (const index of range(p.reads)) {
    const of = (field: string): Bits => seen(`read_slots.slot_${index}_${field}`);
    assertChosen(m, chosen, {
      what: `read slot ${index}`,
      when: chosen.marks(of('unit')).and(of('purpose').ne(purposes.scan)),
      class: of('class'),
      key: of('key'),
    });
  }
  for (const index of range(p.writes)) {
    const of = (field: string): Bits => seen(`write_pieces.piece_${index}_${field}`);
    assertChosen(m, chosen, {
      what: `write piece ${index}`,
      when: chosen.marks(of('line')),
      class: of('channel'),
      key: of('key'),
    });
  }
  // What the engines are given.
  const slotOf = (place: Bits, field: string): Bits =>
    select(
      place,
      range(p.reads).map((index) => seen(`read_slots.slot_${index}_${field}`)),
    );
  for (const [what, port, place] of [
    ['a block to decrypt', 'decryption.from', 'decryption.tag_slot'],
    ['the tweak of a read', 'tweaks.read', 'tweaks.read_place'],
  ] as const) {
    const mine = all([chosen.marks(slotOf(seen(place), 'unit')), slotOf(seen(place), 'purpose').ne(purposes.scan)]);
    assertChosen(m, chosen, {
      what,
      when: flag(`${port}_valid`).and(mine),
      class: seen(`${port}_channel`),
      key: seen(`${port}_key`),
    });
  }
  for (const [what, port, address] of [
    ['a block to encrypt', 'encryption.from', 'write_pieces.encrypt_piece_line'],
    ['the tweak of a write', 'tweaks.write', 'tweaks.write_unit'],
  ] as const)
    assertChosen(m, chosen, {
      what,
      when: flag(`${port}_valid`).and(chosen.marks(seen(address))),
      class: seen(`${port}_channel`),
      key: seen(`${port}_key`),
    });
  return chosen;
};
