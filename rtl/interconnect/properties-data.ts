import { all, any, type Bits, bits } from '../hdl/index.ts';
import { register } from '../parts/rings.ts';
import { range } from '../parts/seen.ts';
import { managerPort, subordinatePort } from './interface.ts';
import type { Proven } from './properties-surroundings.ts';
import type { Geometry } from './shapes.ts';

/** One write at a time on each W side. */

export const dataPaths = (p: Geometry): readonly string[] => [
  ...range(p.managers).flatMap((port) => [`data_intake_${port}.active`, `data_intake_${port}.target`]),
  ...range(p.subordinates).flatMap((port) => ['full', 'payload_last'].map((name) => `data_output_${port}.${name}`)),
  ...range(p.subordinates).map((port) => `write_choice_${port}.full`),
  ...range(p.managers).flatMap((port) => [
    `data_intake_${port}.beat_full`,
    `data_intake_${port}.beat_held_last`,
    `write_intake_${port}.request_full`,
    `local_write_${port}.active`,
    `local_write_${port}.done`,
  ]),
];

/** By port: AW handshakes less last ones of W. */
export interface DataOwed {
  readonly by: readonly Bits[];
  readonly to: readonly Bits[];
}

/** Data at a subordinate come in the order of the addresses there, and those of a manager go in the order of its own. */
export const dataProperties = (p: Geometry, { m, managers, subordinates, seen }: Proven): DataOwed => {
  const wide = 5;
  const [by, to]: [Bits[], Bits[]] = [[], []];
  const flag = (path: string): Bits<1> => seen(path).bit(0);
  const current = range(p.managers).map((port) => ({
    active: flag(`data_intake_${port}.active`),
    target: seen(`data_intake_${port}.target`),
  }));
  for (const [port, { active, target }] of current.entries()) {
    m.assert(
      active.implies(target.isNonZero().and(target.and(target.subtract(1)).isZero())),
      `${managerPort(port)}: a current write has one target`,
    );
    for (const [other, second] of current.entries())
      if (other > port)
        m.assert(
          all([
            active,
            second.active,
            target
              .and(second.target)
              .slice<number, number>(p.subordinates - 1, 0)
              .isNonZero(),
          ]).not(),
          `${managerPort(port)} and ${managerPort(other)}: no W side is held twice`,
        );
    const local = all([active, target.bit(p.subordinates)]);
    const [answers, done] = [flag(`local_write_${port}.active`), flag(`local_write_${port}.done`)];
    m.assert(local.eq(answers.and(done.not())), `${managerPort(port)}: a local write is answered after its data`);
    m.assert(done.implies(answers), `${managerPort(port)}: a local write is done while it is there`);
    const bus = managers[port] as (typeof managers)[number];
    const owed = register(m, `owed_by_${port}`, bits<number>(wide));
    by.push(owed);
    owed.set(
      owed
        .add(all([bus.awvalid, bus.awready]).extend<number>(wide))
        .subtract(all([bus.wvalid, bus.wready, bus.wlast]).extend<number>(wide)),
    );
    const early = all([flag(`data_intake_${port}.beat_full`), flag(`data_intake_${port}.beat_held_last`)]);
    m.assert(
      owed
        .add(early.extend<number>(wide))
        .eq(flag(`write_intake_${port}.request_full`).extend<number>(wide).add(active.extend<number>(wide))),
      `${managerPort(port)}: data are owed for the writes that have not had them`,
    );
  }
  for (const [port, bus] of subordinates.entries()) {
    const owed = register(m, `owed_to_${port}`, bits<number>(wide));
    to.push(owed);
    owed.set(
      owed
        .add(all([bus.awvalid, bus.awready]).extend<number>(wide))
        .subtract(all([bus.wvalid, bus.wready, bus.wlast]).extend<number>(wide)),
    );
    const shown = flag(`write_choice_${port}.full`).extend<number>(wide);
    const last = all([flag(`data_output_${port}.full`), flag(`data_output_${port}.payload_last`)]).extend<number>(wide);
    const one = any(current.map(({ active, target }) => active.and(target.bit(port)))).extend<number>(wide);
    m.assert(
      owed.add(shown).eq(one.add(last)),
      `${subordinatePort(port)}: as many last data come as addresses, in their order`,
    );
  }
  return { by, to };
};
