import { all, type Bits, bits, concat, lit, mux } from '../hdl/index.ts';
import { register } from '../parts/rings.ts';
import { range } from '../parts/seen.ts';
import { beatBytes, headerBeats, indexWidth } from './interface.ts';
import { type JobSeen, jobPaths, jobSeen, type WriterSeen, writerPaths, writerSeen } from './properties-jobs.ts';
import type { ProvenEngine } from './properties-surroundings.ts';
import type { Geometry } from './shapes.ts';

/**
 * Where packets go, whatever software sets and clients write in their indices: each client of a packet's mask gets it once, whole, in a free entry of its ring, or it is counted
 * as overflow; and nothing else is written.
 */

export const ringPaths = (p: Geometry): readonly string[] => [
  ...jobPaths,
  ...writerPaths,
  'writer.freed',
  'rings.stops',
  'rings.restart',
  ...range(p.clients).flatMap((client) => [`rings.heads_${client}`, `rings.whole_${client}`, `overflow_${client}`]),
];

interface Setting {
  readonly enable: Bits<1>;
  readonly consumer: Bits;
  /** Where the ring begins. */
  readonly base: Bits;
  /** Its bytes. */
  readonly bytes: Bits;
  readonly entries: Bits;
}

const settingsOf = (p: Geometry, { given }: ProvenEngine): readonly Setting[] =>
  range(p.clients).map((client) => {
    const of = (name: string): Bits => given(`registers.settings_${name}`);
    const one = lit<number>(p.addressWidth, 1);
    const size = of(`ring_control_${client}_entries`);
    return {
      enable: of(`ring_control_${client}_enable`).bit(0),
      consumer: of(`consumer_${client}_index`),
      base: concat(of(`ring_base_low_${client}_base`), lit<number>(12, 0)),
      bytes: one.shiftLeft(size).shiftLeft(Math.log2(p.slotBytes)) as Bits,
      entries: one.shiftLeft(size) as Bits,
    };
  });

const selected = (choice: Bits, values: readonly Bits[]): Bits =>
  values.reduce((chosen, value, index) => mux(choice.bit(index), value, chosen) as Bits);

export const ringProperties = (p: Geometry, engine: ProvenEngine): void => {
  const { m, io, seen } = engine;
  const job = jobSeen(p, engine);
  const writer = writerSeen(engine);
  const settings = settingsOf(p, engine);
  const { asks, writes } = writer;
  const [opens, asking, chosen] = [writer.flag('opens'), writer.flag('asking'), writer.of('chosen')];
  m.assert(all([writes, job.chain]).not(), 'an entry is of a packet');
  m.assert(
    writer.flag('looks').implies(all([chosen.isNonZero(), chosen.and(chosen.subtract(1)).isZero()])),
    'one client at a time is looked at',
  );

  // Entries that were begun, counted anew from the last whole one where a stopped ring is restarted.
  const begun = range(p.clients).map((client) => register(m, `begun_${client}`, bits<number>(indexWidth)));
  for (const [client, count] of begun.entries()) {
    m.when(all([opens, chosen.bit(client)]), () => count.set(count.add(1)));
    m.when(seen('rings.restart').bit(client), () => count.set(seen(`rings.whole_${client}`)));
    m.assert(seen(`rings.heads_${client}`).eq(count), `ring ${client}: its entries are begun one after another`);
    const { enable, consumer, entries } = settings[client] as Setting;
    m.assert(
      all([opens, chosen.bit(client)]).implies(
        all([
          enable,
          seen('rings.stops').bit(client).not(),
          count.subtract(consumer).resize<number>(p.addressWidth).lt(entries),
        ]),
      ),
      `ring ${client}: an entry is begun only where the client has none`,
    );
  }

  // The entry that is written, and the entry that the shown request is for.
  const wide = bits<number>(p.addressWidth);
  const names = ['base', 'bytes', 'entry'] as const;
  const entry = Object.fromEntries(names.map((name) => [name, register(m, `own_${name}`, wide)])) as Record<
    (typeof names)[number],
    ReturnType<typeof register<typeof wide>>
  >;
  const shown = Object.fromEntries(names.map((name) => [name, register(m, `shown_${name}`, wide)])) as typeof entry;
  const index = selected(chosen, begun).resize<number>(p.addressWidth);
  m.when(opens, () => {
    const of = (name: 'base' | 'bytes' | 'entries'): Bits =>
      selected(
        chosen,
        settings.map((setting) => setting[name]),
      );
    entry.base.set(of('base'));
    entry.bytes.set(of('bytes'));
    entry.entry.set(index.and(of('entries').subtract(1)).shiftLeft(Math.log2(p.slotBytes)) as Bits);
  });
  m.when(asking, () => {
    for (const name of names) shown[name].set(entry[name]);
  });
  m.assert(
    writes.implies(
      all([
        writer.of('at').eq(entry.base.add(entry.entry)),
        entry.entry.le(entry.bytes.subtract(p.slotBytes)),
        entry.bytes.ge(p.slotBytes),
        entry.bytes.resize<number>(Math.log2(p.slotBytes)).isZero(),
      ]),
    ),
    'the entry that is written is the next of its ring, and in it',
  );
  const { m_axi } = io;
  const offset = m_axi.awaddr.subtract(shown.base);
  const last = m_axi.awlen.resize<number>(p.addressWidth).shiftLeft(Math.log2(beatBytes(p))) as Bits;
  m.assert(
    m_axi.awvalid.implies(
      all([
        offset.ge(shown.entry),
        offset.subtract(shown.entry).add(last).lt(p.slotBytes),
        shown.entry.le(shown.bytes.subtract(p.slotBytes)),
        shown.bytes.ge(p.slotBytes),
      ]),
    ),
    'a burst lies in its entry, and the entry in its ring',
  );
  m.assert(asks.implies(writer.beat.eq(writer.burst)), 'a burst begins at a multiple of its length');

  served(p, engine, job, writer);
  beats(p, engine, job, writer);
};

/** Each client of the mask is served once, and overflow is counted. */
const served = (p: Geometry, { m, seen }: ProvenEngine, job: JobSeen, writer: WriterSeen): void => {
  const [opens, looks, chosen] = [writer.flag('opens'), writer.flag('looks'), writer.of('chosen')];
  const had = register(m, 'served', bits<number>(p.clients));
  const done = seen('writer.ends_packet').bit(0);
  m.when(looks, () => had.set(had.or(chosen)));
  m.when(done, () => had.set(0));
  m.assert(
    looks.implies(all([chosen.and(had).isZero(), chosen.and(job.mask.not()).isZero()])),
    'no client gets a packet twice, or one that is not for it',
  );
  m.assert(done.implies(had.eq(job.mask)), 'a packet is done with when all its clients have had it');
  m.assert(
    writer.writes.implies(all([writer.of('client').and(had.not()).isZero(), writer.flag('begun')])),
    'the client whose entry is written is served',
  );
  m.assert(
    mux(
      writer.flag('begun'),
      all([
        job.valid,
        job.chain.not(),
        writer.of('left').eq(job.mask.and(had.not())),
        had.and(job.mask.not()).isZero(),
      ]),
      had.isZero(),
    ) as Bits<1>,
    'the clients that are left have not had it',
  );
  for (const client of range(p.clients)) {
    const [packets, entries] = ['packets', 'entries'].map((name) => register(m, `${name}_${client}`, bits(32)));
    if (packets === undefined || entries === undefined) throw new Error('both were just declared');
    m.when(all([done, job.mask.bit(client)]), () => packets.set(packets.add(1)));
    m.when(all([opens, chosen.bit(client)]), () => entries.set(entries.add(1)));
    m.assert(
      packets.add(had.bit(client).extend<number>(32)).eq(entries.add(seen(`overflow_${client}`))),
      `client ${client}: each of its packets has an entry, or is counted as overflow`,
    );
  }
};

/** The beats of an entry: header, then the packet's, each once, in order, all of them. */
const beats = (p: Geometry, { m, io, given, seen }: ProvenEngine, job: JobSeen, writer: WriterSeen): void => {
  const { m_axi } = io;
  const [opens, sending] = [writer.flag('opens'), writer.flag('sending')];
  const header = headerBeats(p);
  const sent = register(m, 'sent', bits<number>(16));
  m.when(sending, () => sent.set(sent.add(1)));
  m.when(opens, () => sent.set(0));
  m.assert(
    writer
      .of('freed')
      .eq(mux(seen('writer.ends_packet').bit(0), lit<number>(2, 1).shiftLeft(job.buffer), lit<number>(2, 0)) as Bits),
    'a buffer is freed as its packet is done with',
  );
  m.assert(
    writer.writes.implies(sent.eq(writer.beat.resize<number>(16))),
    'the beats of an entry are sent one after another',
  );
  const r = m.regs({ wrote: { type: bits(1), reset: 0 }, beats_before: { type: bits<number>(16), reset: 0 } });
  r.wrote.set(writer.writes);
  r.beats_before.set(job.beats.resize<number>(16));
  m.assert(
    all([r.wrote.bit(0), writer.writes.not()]).implies(sent.eq(r.beats_before)),
    'an entry ends when all its beats are sent',
  );
  // What the packet memory was asked for in the cycle before.
  const place = register(m, 'asked_for', bits<number>(writer.of('word_address').width));
  place.set(writer.of('word_address'));
  const word = place.width - 1;
  m.assert(
    all([writer.sends, writer.beat.ge(header)]).implies(
      all([
        place.bit(word).eq(job.buffer.bit(0)),
        place.resize<number>(word).eq(writer.beat.subtract(header).resize<number>(word)),
      ]),
    ),
    'each beat of data is its word of the buffer of the packet',
  );
  const stored = mux(job.truncated, lit<number>(16, (p.slotBytes / beatBytes(p) - header) * beatBytes(p)), job.length);
  const fields = concat(
    lit<number>(32, 0),
    stored as Bits,
    job.chain_number,
    job.hash,
    lit<number>(8 - job.client.width, 0),
    job.client,
    lit(1, 0),
    job.hash_type,
    lit(2, 0),
    job.chain_start.bit(0),
    job.truncated,
    job.length,
  ) as Bits;
  const first = writer.beat.isZero();
  const headerBeat =
    header === 1
      ? fields.resize<number>(p.dataWidth)
      : (mux(first, fields.slice<number, number>(63, 0), fields.slice<number, number>(127, 64)) as Bits);
  const expected = m.regs({
    expected_data: { type: bits<number>(p.dataWidth), reset: 0 },
    expected_strobes: { type: bits<number>(beatBytes(p)), reset: 0 },
  });
  const whole = lit<number>(1, 1).repeat<number>(beatBytes(p));
  m.when(sending, () => {
    expected.expected_data.set(mux(writer.beat.lt(header), headerBeat, given('filling.word')) as Bits);
    expected.expected_strobes.set(mux(sent.add(1).eq(job.beats.resize<number>(16)), job.strobes, whole) as Bits);
  });
  m.assert(
    m_axi.wvalid.implies(all([m_axi.wdata.eq(expected.expected_data), m_axi.wstrb.eq(expected.expected_strobes)])),
    "a beat is the header's, or the packet's, with the packet's strobes at its end",
  );
};
