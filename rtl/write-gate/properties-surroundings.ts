import { all, type Bits, bit, bits, type Inside, type ModuleBody, module, output, type Ports } from '../hdl/index.ts';
import { cutModule } from '../parts/cut-instance.ts';
import { register } from '../parts/rings.ts';
import type { Seen } from '../parts/seen.ts';
import { writeGate } from './gate.ts';
import type { WriteGateParameters } from './interface.ts';

/** What properties around the gate speak of. */
export interface ProvenGate {
  readonly m: ModuleBody;
  readonly io: Inside<ReturnType<typeof writeGate>['ports']>;
  /** Signals inside the gate. */
  readonly seen: Seen;
  readonly flag: (path: string) => Bits<1>;
}

/** What stands for software, which then sets and pulses anything in every cycle. */
export const besideSoftware: readonly string[] = ['registers'];

const counts = ['due', 'unanswered'];
const wide = 6;

/** Memory answers a write when it has had its last data, and each once: without that, the gate's numbers mean nothing. */
const answersFollowData = ({ m, io, seen }: ProvenGate): void => {
  const { m_axi } = io;
  const finished = register(m, 'finished', bits<number>(wide));
  const ends = all([m_axi.wvalid, m_axi.wready, m_axi.wlast]);
  const answers = all([m_axi.bvalid, m_axi.bready]);
  finished.set(finished.add(ends.extend<number>(wide)).subtract(answers.extend<number>(wide)));
  m.assume(m_axi.bvalid.implies(finished.isNonZero()), 'm_axi: an answer comes behind the last data of its write');
  m.assert(
    seen('due').extend<number>(wide).add(finished).eq(seen('unanswered').extend<number>(wide)),
    'what is unanswered waits for its data, or has had them',
  );
};

/**
 * The gate with properties around it, and without some instances: what these give is anything, in every cycle. `paths` are the signals inside it that the
 * properties speak of.
 */
export const provenGate = (
  p: WriteGateParameters,
  name: string,
  of: { readonly without: readonly string[]; readonly paths: readonly string[] },
  state: (gate: ProvenGate) => void,
) => {
  const whole = writeGate(p);
  const left = cutModule(whole, of.without);
  const { s_axi, m_axi, s_axil } = whole.ports;
  return module(
    name,
    // The gate has a register there already.
    { s_axi, m_axi, irq: output(bit), s_axil, ...left.ports } as unknown as typeof whole.ports & Ports,
    (io, m) => {
      const { instance, seen } = left.within(m, 'gate', io, [...new Set([...of.paths, ...counts])]);
      const outer = io as unknown as ProvenGate['io'];
      outer.s_axi.connect(instance.s_axi);
      outer.m_axi.connect(instance.m_axi);
      outer.s_axil.connect(instance.s_axil);
      outer.irq.set(instance.irq);
      const gate: ProvenGate = { m, io: outer, seen, flag: (path) => seen(path).bit(0) };
      answersFollowData(gate);
      state(gate);
    },
    { documentation: 'The write gate with properties.', parameters: { ...p } },
  );
};
