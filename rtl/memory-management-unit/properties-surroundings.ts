import { type Bits, bit, type Inside, input, type ModuleBody, module, type Ports } from '../hdl/index.ts';
import { cutModule } from '../parts/cut-instance.ts';
import type { Seen } from '../parts/seen.ts';
import type { Geometry } from './shapes.ts';
import { memoryManagementUnit } from './unit.ts';

type Unit = ReturnType<typeof memoryManagementUnit>;

/** What properties around a unit speak of. */
export interface ProvenUnit {
  readonly m: ModuleBody;
  /** The unit's own ports: its inputs are anything, in every cycle. */
  readonly io: Inside<Unit['ports']>;
  /** What an instance that was cut out gives, by the path of its output: anything, in every cycle. */
  readonly given: Seen;
  /** Signals inside the unit. */
  readonly seen: Seen;
  /** Anything, in every cycle: picks what is followed. */
  readonly chosen: Bits<1>;
}

/**
 * A unit with properties around it, and without some instances: what these give is anything, in every cycle. `paths` are the signals inside it that the
 * properties speak of.
 */
export const provenUnit = (
  p: Geometry,
  name: string,
  of: { readonly without: readonly string[]; readonly paths: readonly string[] },
  state: (unit: ProvenUnit) => void,
) => {
  const whole = memoryManagementUnit(p);
  const left = cutModule(whole, of.without);
  // The ports of outputs that are registers inside are wires here.
  const { event_error, event_failure, irq, ...ports } = whole.ports;
  return module(
    name,
    { ...ports, ...left.ports, chosen: input(bit) } as typeof ports & Ports,
    (io, m) => {
      const { instance, seen, given } = left.within(m, 'unit', io, of.paths);
      const [outside, inside] = [io as unknown as Inside<Unit['ports']>, instance];
      for (const bus of ['s_axi', 'm0_axi', 'm1_axi', 's_axil'] as const)
        (outside[bus] as { connect(other: unknown): void }).connect(inside[bus]);
      const set = (to: object, from: object, signal: string): void =>
        (Reflect.get(to, signal) as { set(value: unknown): void }).set(Reflect.get(from, signal));
      for (const signal of ['cookie_value', 'bump', 'bump_index', 'bump_flush', 'turn', 'turn_contended'])
        set(inside, outside, signal);
      for (const signal of ['failed', 'restoring', 'port_clear', 'claim', 'claim_memory', 'claim_frame'])
        set(inside, outside, signal);
      for (const signal of ['cookie_index', 'bump_busy', 'turn_request', 'event_timeout', 'claim_busy'])
        set(outside, inside, signal);
      state({ m, io: outside, given, seen, chosen: Reflect.get(io, 'chosen') as Bits<1> });
    },
    { documentation: 'A memory management unit with properties.', parameters: { ...p } },
  );
};

/** What lookups and checks that are not there are proved to keep, beside each other: "nothing by a translation that was taken back". */
export const trustLookups = ({ m, given, seen }: ProvenUnit, directions: readonly ('read' | 'write')[]): void => {
  for (const direction of directions)
    m.assume(
      given(`lookup.${direction}_looks`)
        .bit(0)
        .implies(seen(`${direction}s.lookup_valid`).bit(0)),
      `${direction}s: only what asks is looked up`,
    );
  if (!directions.includes('write')) return;
  m.assume(
    seen('writes.valid')
      .and(seen('writes.at_memory'))
      .and(given('lookup.write_compared_different'))
      .and(seen('writes.current_place').not())
      .isZero(),
    'what is launched and found different is current',
  );
};

/** That there are no writes, where they are not there. */
export const noWrites = ({ m, given }: ProvenUnit): void => {
  for (const name of ['launches', 'loads']) m.assume(given(`writes.${name}`).isZero(), `no write: ${name}`);
};
