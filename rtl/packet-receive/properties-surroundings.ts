import { type Bits, bit, type Inside, input, type ModuleBody, module, output, type Ports } from '../hdl/index.ts';
import { cutModule } from '../parts/cut-instance.ts';
import type { Seen } from '../parts/seen.ts';
import { packetReceive } from './receive.ts';
import { clientMask, type Geometry } from './shapes.ts';

type Whole = ReturnType<typeof packetReceive>['ports'];

/** What properties around the engine speak of. */
export interface ProvenEngine {
  readonly m: ModuleBody;
  readonly io: Inside<Whole>;
  /** What an instance that was cut out gives, by the path of its output: anything, in every cycle. */
  readonly given: Seen;
  /** Signals inside the engine. */
  readonly seen: Seen;
  /** Anything, in every cycle: whether what begins in it is followed to its end. What holds of one that is followed holds of each. */
  readonly follow: Bits<1>;
}

/**
 * The engine with properties around it, and without some instances: what these give is anything, in every cycle. `paths` are the signals inside it that the
 * properties speak of.
 */
export const provenEngine = (
  p: Geometry,
  name: string,
  of: { readonly without: readonly string[]; readonly paths: readonly string[] },
  state: (engine: ProvenEngine) => void,
) => {
  const whole = packetReceive(p);
  const left = cutModule(whole, of.without);
  return module(
    name,
    {
      ...whole.ports,
      ...left.ports,
      // The engine has registers there already.
      accepting: output(clientMask(p)),
      client_interrupt: output(clientMask(p)),
      irq: output(bit),
      follow: input(bit),
    } as unknown as Whole & Ports,
    (io, m) => {
      const { instance, seen, given } = left.within(m, 'engine', io, of.paths);
      const outer = io as unknown as Inside<Whole>;
      outer.s_axis.connect(instance.s_axis);
      outer.s_axis_chain.connect(instance.s_axis_chain);
      outer.m_axi.connect(instance.m_axi);
      outer.s_axil.connect(instance.s_axil);
      outer.accepting.set(instance.accepting);
      outer.client_interrupt.set(instance.client_interrupt);
      outer.irq.set(instance.irq);
      state({ m, io: outer, given, seen, follow: Reflect.get(io, 'follow') as Bits<1> });
    },
    { documentation: 'The packet receive engine with properties.', parameters: { ...p } },
  );
};
