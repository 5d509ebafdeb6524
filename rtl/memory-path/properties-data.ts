import { all, any, type Bits, bit, type ModuleBody, mux } from '../hdl/index.ts';
import type { Seen } from '../parts/seen.ts';
import type { ProvenPath } from './properties-surroundings.ts';
import type { Geometry } from './shapes.ts';

/**
 * That no beat at memory carries plain data of an encrypted access. Nothing on the way of write data looks at them, so that a value may stand for where they came from: what the processor
 * writes with a form that is not plain is anything, as is what the decryption gives for a merge; plain writes are zeros, and so is what comes from the
 * encryption. If then all that memory is given is zeros, none of it is of the first two.
 */

/** The signals inside the path that `dataProperties` speaks of. */
export const dataPaths: readonly string[] = [
  'current_active',
  'current_class',
  'aw_full',
  'aw_held_form',
  'w_full',
  'w_held_last',
  'w_held_data',
].map((name) => `write_bursts.${name}`);

/** Follows the processor's writes, and keeps their data to zeros where their form is plain. */
const markedWrites = (p: Geometry, { m, io, seen }: ProvenPath): void => {
  const { s_axi } = io;
  const r = m.regs({
    first: { type: bit, reset: 0 },
    first_plain: { type: bit, reset: 0 },
    second: { type: bit, reset: 0 },
    second_plain: { type: bit, reset: 0 },
    /** A beat that came before its address. */
    early: { type: bit, reset: 0 },
    early_zero: { type: bit, reset: 0 },
    early_last: { type: bit, reset: 0 },
  });
  const plain = s_axi.awaddr.slice<number, number>(s_axi.awaddr.width - 1, p.addressWidth).isZero();
  const asked = s_axi.awvalid.and(s_axi.awready);
  const came = s_axi.wvalid.and(s_axi.wready);
  const zero = s_axi.wdata.isZero();
  m.assume(all([came, r.first, r.first_plain]).implies(zero), 'plain data of a burst that was asked for are zeros');
  const together = all([asked, r.first.not()]);
  m.assume(
    all([came, together, r.early.not(), plain]).implies(zero),
    'plain data that come with their address are zeros',
  );
  m.assume(
    all([together, r.early, plain]).implies(r.early_zero),
    'plain data that came before their address were zeros',
  );
  // Which burst the last beat of this cycle, or an early one, ends.
  const ends = came.and(s_axi.wlast);
  const pops = all([r.first, ends]);
  const atOnce = all([together, any([all([r.early, r.early_last]), all([r.early.not(), ends])])]);
  const pushes = asked.and(atOnce.not());
  const stays = mux(pops, r.second, r.first);
  r.first.set(stays.or(pushes));
  r.first_plain.set(mux(stays, mux(pops, r.second_plain, r.first_plain), plain));
  const secondStays = r.second.and(pops.not());
  r.second.set(secondStays.or(pushes.and(stays)));
  r.second_plain.set(mux(secondStays, r.second_plain, plain));
  m.when(all([came, r.first.not(), asked.not()]), () => {
    r.early.set(1);
    r.early_zero.set(zero);
    r.early_last.set(s_axi.wlast);
  });
  m.when(together, () => r.early.set(0));
  followedWrites(m, r, seen);
};

/** What ties the bursts that are followed to those in the path. */
const followedWrites = (
  m: ModuleBody,
  r: Readonly<
    Record<'first' | 'first_plain' | 'second' | 'second_plain' | 'early' | 'early_zero' | 'early_last', Bits<1>>
  >,
  seen: Seen,
): void => {
  const of = (name: string): Bits<1> => seen(`write_bursts.${name}`).bit(0);
  const currentPlain = seen('write_bursts.current_class').isZero();
  const heldPlain = seen('write_bursts.aw_held_form').isZero();
  const [current, held] = [of('current_active'), of('aw_full')];
  const some = current.or(held);
  const beat = of('w_full');
  const over = all([beat, of('w_held_last'), some]);
  const zero = seen('write_bursts.w_held_data').isZero();
  m.assert(r.early.eq(all([beat, some.not()])), 'a beat before its address is held');
  m.assert(
    r.early.implies(all([r.early_zero.eq(zero), r.early_last.eq(of('w_held_last'))])),
    'a beat before its address is held as it came',
  );
  const two = current.and(held);
  m.assert(r.first.eq(mux(over, two, some)), 'the bursts that are followed are those in the path');
  m.assert(r.second.eq(all([two, over.not()])), 'the second burst that is followed is held');
  m.assert(
    all([over.not(), current]).implies(r.first_plain.eq(currentPlain)),
    'the first burst that is followed is the current one',
  );
  m.assert(
    all([r.first, any([over, current.not()])]).implies(r.first_plain.eq(heldPlain)),
    'without a current one it is the held one',
  );
  m.assert(r.second.implies(r.second_plain.eq(heldPlain)), 'the held one comes after the current one');
  m.assert(
    all([beat, some, mux(current, currentPlain, heldPlain)]).implies(zero),
    'a beat of a plain burst is held as it came',
  );
};

export const dataProperties = (p: Geometry, path: ProvenPath): void => {
  const { m, io, given } = path;
  const { s_axi, m_axi } = io;
  markedWrites(p, path);
  m.assume(given('encryption.block').isZero(), 'what comes from the encryption is zeros');
  m.assert(m_axi.wdata.isZero(), 'no plain data of an encrypted access at memory');
  const ofPath = m_axi.awid.bit(m_axi.awid.width - 1);
  // The registers of pieces are zero after a reset: a line that is not was written to.
  const written = m_axi.awaddr.slice<number, number>(p.addressWidth - 1, 6).isNonZero();
  m.cover(all([m_axi.wvalid, m_axi.awvalid, ofPath, written]), 'encrypted data reach memory');
  m.cover(all([m_axi.wvalid, m_axi.awvalid, ofPath.not()]), 'plain data reach memory');
  // What an output register held is gone with its handshake.
  for (const [valid, values, what] of [
    [s_axi.rvalid, [s_axi.rid, s_axi.rdata, s_axi.rresp, s_axi.rlast], 'read data'],
    [s_axi.bvalid, [s_axi.bid, s_axi.bresp], 'responses'],
    [m_axi.wvalid, [m_axi.wdata, m_axi.wstrb, m_axi.wlast], 'write data'],
    [m_axi.arvalid, [m_axi.arid, m_axi.araddr, m_axi.arlen], 'requests to read'],
    [m_axi.awvalid, [m_axi.awid, m_axi.awaddr, m_axi.awlen], 'requests to write'],
  ] as const)
    m.assert(
      valid.or(all((values as readonly Bits[]).map((value) => value.isZero()))),
      `${what}: an empty output register is zero`,
    );
};
