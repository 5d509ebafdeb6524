import { all, any, type Bits, bits, lit, type ModuleBody, mux, select } from '../hdl/index.ts';
import { word } from '../parts/rings.ts';
import { range } from '../parts/seen.ts';
import { burstLocks, plainAnswerPaths, plainAnswersGood } from './properties-bursts.ts';
import { count } from './properties-read-slots.ts';
import type { ProvenPath } from './properties-surroundings.ts';
import {
  type BurstSeen,
  burstPaths,
  burstsSeen,
  type PieceSeen,
  piecePaths,
  piecesSeen,
} from './properties-write-seen.ts';
import type { Geometry } from './shapes.ts';

/**
 * Write pieces from their first beat to memory's answer: in which order they go on, whose they are, and that of those that touch a block only the oldest is read, encrypted or written: a write of a
 * part of a block is atomic, and a write is answered only when each of its pieces was answered by memory, or was dropped.
 */

/** The signals inside the path that `pieceProperties` speaks of. */
export const pieceProofPaths = (p: Geometry): readonly string[] => [
  ...burstPaths(p),
  ...piecePaths(p),
  ...plainAnswerPaths,
  ...['current_continues', 'current_addr', 'current_burst', 'ending', 'ending_wins'].map(
    (name) => `write_bursts.${name}`,
  ),
  ...[
    'merge_valid',
    'dropped_burst',
    'launch_burst',
    'dropped_valid',
    'dropped_response',
    'answered_valid',
    'answered_burst',
  ].map((name) => `write_pieces.${name}`),
  ...['merge', 'launch'].flatMap((name) =>
    ['valid', 'piece', 'first', 'last', 'attributes_cache'].map((field) => `write_pieces.${name}_${field}`),
  ),
  'write_pieces.merge_channel',
];

/** Stages of a piece, from when on it is past a pointer. */
const passed = {
  merge_next: ({ merging, filled, encrypting, sealed, launched }: PieceSeen): Bits<1> =>
    any([merging, filled, encrypting, sealed, launched]),
  encrypt_next: ({ encrypting, sealed, launched }: PieceSeen): Bits<1> => any([encrypting, sealed, launched]),
  write_next: ({ launched }: PieceSeen): Bits<1> => launched,
} as const;

/** Pieces go past a pointer in their order: it shows the oldest that has not, or the next to come. */
const pointers = (m: ModuleBody, path: ProvenPath, pieces: readonly PieceSeen[]): void => {
  const tail = path.seen('write_pieces.piece_tail');
  for (const [name, isPast] of Object.entries(passed)) {
    const pointer = path.seen(`write_pieces.${name}`);
    const ahead = pointer.subtract(tail);
    const waiting = pieces.map((piece) => all([piece.valid, isPast(piece).not()]));
    const oldest = any(waiting.map((waits, index) => all([tail.eq(index), waits])));
    for (const [index, waits] of waiting.entries()) {
      const age = lit<number>(tail.width, index).subtract(tail);
      const isAhead = mux(ahead.isZero(), oldest, age.ge(ahead)) as Bits<1>;
      m.assert(waits.eq(isAhead), `${name}: piece ${index} is to go past it if it is as new`);
    }
  }
};

const ofOne = (m: ModuleBody, path: ProvenPath, pieces: readonly PieceSeen[], bursts: readonly BurstSeen[]): void => {
  const { seen } = path;
  const tail = seen('write_pieces.piece_tail');
  const goesOn = all([seen('write_bursts.current_active').bit(0), seen('write_bursts.current_continues').bit(0)]);
  const address = seen('write_bursts.current_addr');
  for (const [index, piece] of pieces.entries()) {
    const { valid, collected, merging, filled, encrypting, sealed, launched } = piece;
    const stages = [collected, merging, filled, encrypting, sealed, launched];
    for (const [at, stage] of stages.entries()) {
      m.assert(stage.implies(valid), `piece ${index}: at stage ${at} it is there`);
      m.assert(
        stage.implies(any(stages.filter((_, other) => other !== at)).not()),
        `piece ${index}: at stage ${at} it is at no other`,
      );
    }
    const newest = lit<number>(tail.width, index).eq(tail.subtract(1));
    m.assert(piece.collecting.eq(all([goesOn, newest])), `piece ${index}: it is collected while its burst goes on`);
    m.assert(
      piece.collecting.implies(
        all([
          piece.burst.eq(seen('write_bursts.current_index')),
          piece.line.eq(address.slice<number, number>(address.width - 1, 6)),
          piece.last.le(address.slice<number, number>(5, 4)),
          piece.channel.eq(seen('write_bursts.current_class').truncate<number>(2)),
        ]),
      ),
      `piece ${index}: what follows is of its burst, in its line`,
    );
    m.assert(
      valid.implies(all([piece.first.le(piece.last), piece.channel.isNonZero(), piece.failed.ne(1)])),
      `piece ${index}: it has blocks from first to last, of an encrypted channel`,
    );
    m.assert(
      valid.implies(piece.empty.eq(piece.touched.not())),
      `piece ${index}: it knows the blocks that its beats touched`,
    );
    m.assert(
      piece.collecting.implies(
        word(
          range(4).map((block) =>
            seen('write_pieces.bytes.collected')
              .slice<number, number>(16 * block + 15, 16 * block)
              .isNonZero(),
          ),
        ).eq(piece.touched),
      ),
      `piece ${index}: while it is collected its strobes are at hand`,
    );
    m.assert(
      valid.implies(any(bursts.map((burst, at) => all([piece.burst.eq(at), burst.valid, burst.encrypted])))),
      `piece ${index}: its burst is there`,
    );
    for (const [at, other] of pieces.entries())
      if (at !== index)
        m.assert(
          all([
            valid,
            other.valid,
            piece.after(at),
            piece.line.eq(other.line),
            piece.touched.and(other.touched).isNonZero(),
          ]).implies(any([piece.collecting, collected])),
          `pieces ${at} and ${index}: of two that touch a block only the older is read, encrypted or written`,
        );
  }
};

const ofBursts = (
  m: ModuleBody,
  path: ProvenPath,
  pieces: readonly PieceSeen[],
  bursts: readonly BurstSeen[],
): void => {
  const { seen } = path;
  const flag = (name: string): Bits<1> => seen(name).bit(0);
  const { lost } = m.regs({ lost: { type: bits<number>(bursts.length), reset: 0 } });
  for (const [index, burst] of bursts.entries()) {
    const own = pieces.map((piece) => all([piece.valid, piece.burst.eq(index)]));
    m.assert(
      burst.pieces.resize<number>(4).eq(count(own)),
      `burst ${index}: it counts its pieces that are not answered`,
    );
    m.assert(
      any(own).implies(all([burst.valid, burst.encrypted])),
      `burst ${index}: only one that is there, and encrypted, has pieces`,
    );
    m.assert(burst.current.implies(burst.valid), `burst ${index}: it is there while its data come`);
    m.assert(
      burst.valid.implies(burst.closed.eq(burst.current.not())),
      `burst ${index}: it is closed when its data have come`,
    );
    m.assert(
      burst.current.implies(burst.class.eq(seen('write_bursts.current_class'))),
      `burst ${index}: its data go as it does`,
    );
    m.assert(burst.class.le(4), `burst ${index}: of a class that there is`);
    m.assert(
      all([flag('write_bursts.ending_wins'), seen('write_bursts.ending').bit(index)]).implies(
        all([burst.closed, any(own).not()]),
      ),
      `burst ${index}: it is answered when each of its pieces was`,
    );
    m.when(all([flag('write_bursts.enters'), seen('write_bursts.burst_tail').eq(index)]), () => lost.bit(index).set(0));
    m.when(all([flag('write_pieces.drops'), seen('write_pieces.dropped_burst').eq(index)]), () =>
      lost.bit(index).set(1),
    );
    m.assert(
      all([burst.valid, lost.bit(index)]).implies(burst.response.ge(2)),
      `burst ${index}: it is answered with an error if a piece of it was dropped`,
    );
  }
  const tail = seen('write_bursts.burst_tail');
  m.assert(
    flag('write_bursts.current_active').implies(seen('write_bursts.current_index').eq(tail.subtract(1))),
    'the data that come are of the newest burst',
  );
};

const isAllowed = (cache: Bits): Bits<1> => cache.bit(1).or(cache.slice<number, number>(3, 2).isZero());

/** What the proofs of the other parts take of the pieces. */
const givenToOthers = (
  { m, io, seen }: ProvenPath,
  pieces: readonly PieceSeen[],
  bursts: readonly BurstSeen[],
): void => {
  const of = (name: string): Bits => seen(`write_pieces.${name}`);
  const flag = (name: string): Bits<1> => of(name).bit(0);
  m.assume(all([io.s_axi.awvalid, isAllowed(io.s_axi.awcache).not()]).not(), 's_axi: aw_cache');
  m.assert(
    seen('write_bursts.aw_full')
      .bit(0)
      .implies(isAllowed(seen('write_bursts.aw_held_signals_cache'))),
    'the held write: aw_cache',
  );
  for (const [index, burst] of bursts.entries())
    m.assert(isAllowed(burst.attributes_cache), `burst ${index}: its attributes are some that there are`);
  const which = (pointer: string, is: (piece: PieceSeen) => Bits<1>): Bits<1> =>
    select(of(pointer), pieces.map(is)) as Bits<1>;
  const whole = (name: 'merge' | 'launch'): Bits<1> =>
    all([of(`${name}_first`).le(of(`${name}_last`)), isAllowed(of(`${name}_attributes_cache`))]);
  m.assert(
    flag('merge_valid').implies(
      all([whole('merge'), of('merge_channel').isNonZero(), which('merge_piece', ({ merging }) => merging.not())]),
    ),
    'a merge is of whole blocks of an encrypted channel, once at a time',
  );
  m.assert(
    flag('launch_valid').implies(all([whole('launch'), which('launch_piece', ({ launched }) => launched.not())])),
    'a piece that is ready for memory is whole, and was not launched',
  );
  for (const what of ['answered', 'dropped'] as const)
    m.assert(
      flag(`${what}_valid`).implies(
        select(
          of(`${what}_burst`),
          bursts.map((burst) => all([burst.valid, burst.encrypted])),
        ) as Bits<1>,
      ),
      `what is ${what} is of a burst that is there`,
    );
  m.assert(flag('dropped_valid').implies(of('dropped_response').ne(1)), 'none is dropped as EXOKAY');
};

export const pieceProperties = (p: Geometry, path: ProvenPath): void => {
  const { m, seen, given } = path;
  const pieces = piecesSeen(p, path);
  const bursts = burstsSeen(p, seen);
  m.assume(
    given('read_requests.merge_wins').bit(0).implies(seen('write_pieces.merge_valid').bit(0)),
    'reads: a merge wins that is asked for',
  );
  m.assume(
    given('read_slots.fetched_valid').bit(0).implies(given('read_slots.fetched_response').ne(1)),
    'reads: what is fetched is not EXOKAY',
  );
  m.assume(
    plainAnswersGood(path, bursts, burstLocks(p, path)),
    'memory: it answers a plain write after its data, as AXI4 has it',
  );
  pointers(m, path, pieces);
  givenToOthers(path, pieces, bursts);
  ofOne(m, path, pieces, bursts);
  ofBursts(m, path, pieces, bursts);
};
