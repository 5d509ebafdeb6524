import { all, any, type Bits, bits, lit, log2Ceil, mux } from '../hdl/index.ts';
import { register } from '../parts/rings.ts';
import { range } from '../parts/seen.ts';
import { offsetWidth, type WriteGateParameters } from './interface.ts';
import type { ProvenGate } from './properties-surroundings.ts';

/**
 * When a request passes: `docs/systems/write-gate.md`, "Requests". No write to a page that is marked passes, and none that nothing speaks against is kept for a cycle more. Software does
 * anything in every cycle. What is known of the marks is what was said since the last reset, before which they are anything.
 */

const pagesOf = (p: WriteGateParameters): readonly number[] => range(2 ** p.pageWidth);

export const markPaths = (p: WriteGateParameters): readonly string[] => [
  ...['control_enable', 'control_stop', 'mark_page', 'mark_hold', 'mark_let_go'].map(
    (name) => `registers.settings_${name}`,
  ),
  ...['interrupt_status_held', 'status_held', 'status_busy', 'status_page'].map((name) => `registers.status_${name}`),
  ...['request_full', 'request_addr', 'looked', 'passes', 'marks_data'],
  ...pagesOf(p).map((page) => `marks[${page}]`),
];

export const markProperties = (p: WriteGateParameters, { m, io, seen, flag }: ProvenGate): void => {
  const setting = (name: string): Bits<1> => flag(`registers.settings_${name}`);
  const { s_axi, m_axi } = io;
  const [passes, here] = [flag('passes'), flag('request_full')];
  const address = seen('request_addr');
  const above = offsetWidth + p.pageWidth;
  const own = address.slice<number, number>(above - 1, offsetWidth);
  const beyond: Bits<1> =
    above === p.addressWidth ? lit(1, 0) : address.slice<number, number>(p.addressWidth - 1, above).isNonZero();

  // What software has said of each page, and whether it said anything.
  const changes = any([setting('mark_hold'), setting('mark_let_go')]);
  const r = m.regs({
    changed: { type: bits(1), reset: 0 },
    passed: { type: bits(1), reset: 0 },
    waits: { type: bits(1), reset: 0 },
  });
  r.changed.set(changes);
  const pages = pagesOf(p).map((page) => {
    const [known, marked] = [register(m, `known_${page}`, bits(1)), register(m, `marked_${page}`, bits(1))];
    m.when(all([changes, seen('registers.settings_mark_page').eq(page)]), () => {
      known.set(1);
      marked.set(setting('mark_hold'));
    });
    const asked = all([own.eq(page), beyond.not()]);
    return { page, known, marked, asked };
  });
  const held = any(pages.map(({ known, marked, asked }) => all([known, marked, asked])));
  const unsaid = any(pages.map(({ known, asked }) => all([known.not(), asked])));
  const enabled = setting('control_enable');

  // Writes that have passed, without an answer.
  const counts = log2Ceil(p.outstanding + 1);
  const underWay = register(m, 'under_way', bits<number>(counts));
  const answered = all([m_axi.bvalid, m_axi.bready, underWay.isNonZero()]);
  underWay.set(underWay.add(passes.extend<number>(counts)).subtract(answered.extend<number>(counts)));

  m.assert(all([passes, enabled, held]).not(), 'no write to a marked page passes before it is let go');
  m.assert(all([passes, setting('control_stop')]).not(), 'no write passes while the gate is stopped');
  m.assert(all([passes, underWay.eq(p.outstanding)]).not(), 'no more writes pass than may be unanswered');
  m.assert(passes.implies(all([here, r.changed.not()])), 'what passes was looked up after the last change of a mark');
  const free = any([m_axi.awvalid.not(), m_axi.awready]);
  m.assert(passes.implies(free), 'what passes does not displace the request before it');
  const against = any([
    all([enabled, any([held, unsaid])]),
    setting('control_stop'),
    underWay.eq(p.outstanding),
    free.not(),
  ]);
  m.assert(
    all([here, against.not(), r.changed.not()]).implies(passes),
    'a write that nothing speaks against passes in the first cycle after it came, or the second after a mark has changed',
  );

  // What passing is, as the edges see it.
  r.passed.set(passes);
  r.waits.set(all([m_axi.awvalid, m_axi.awready.not()]));
  m.assert(m_axi.awvalid.eq(any([r.passed, r.waits])), 'what has passed is offered to memory, and nothing else is');
  m.assert(s_axi.awready.eq(here.not()), 'a request is taken where none is at the gate');

  // What software sees of it.
  const status = (name: string): Bits => seen(`registers.status_${name}`);
  m.assert(status('status_busy').eq(underWay.isNonZero()), 'busy: a write that has passed is not answered');
  const holds = all([here, r.changed.not(), enabled, held]);
  m.assert(
    all([enabled, unsaid]).not().implies(status('status_held').eq(holds)),
    'held: the request at the gate goes to a marked page',
  );
  m.assert(status('interrupt_status_held').eq(status('status_held')), 'a held request is told to the interrupt status');
  m.assert(
    status('status_page').eq(mux(here, own, lit<number>(p.pageWidth, 0)) as Bits),
    'page: that of the request at the gate, or 0',
  );

  m.cover(all([holds, setting('control_stop').not()]), 'a write is held');
  const before = register(m, 'held_before', bits(1));
  before.set(holds);
  m.cover(all([before, changes, setting('mark_let_go')]), 'its page is let go');
  m.cover(underWay.eq(p.outstanding), 'as many as may be are unanswered');

  // Why: the words of the memory, and what was looked up.
  for (const { page, known, marked } of pages)
    m.assert(known.implies(seen(`marks[${page}]`).bit(0).eq(marked)), `the mark of page ${page} is what was said last`);
  for (const page of pagesOf(p))
    m.assert(
      all([flag('looked'), own.eq(page)]).implies(flag('marks_data').eq(seen(`marks[${page}]`).bit(0))),
      `page ${page}: what was looked up is its mark`,
    );
  m.assert(flag('looked').eq(all([here, r.changed.not()])), 'a request is looked up but where a mark changes');
  m.assert(seen('unanswered').eq(underWay), 'the gate counts what is unanswered');
};
