import { type Inside, type ModuleBody, module, type Ports } from '../hdl/index.ts';
import { cutModule } from '../parts/cut-instance.ts';
import type { Seen } from '../parts/seen.ts';
import { memoryPath } from './path.ts';
import type { Geometry } from './shapes.ts';

/** The buses of the path as properties around it see them, and the tamper input. */
type Edges = Pick<Inside<ReturnType<typeof memoryPath>['ports']>, 's_axi' | 'm_axi' | 's_axil' | 'tamper'>;

/** What properties around the path speak of. */
export interface ProvenPath {
  readonly m: ModuleBody;
  readonly io: Edges;
  /** What an instance that was cut out gives, by the path of its output: anything, in every cycle. */
  readonly given: Seen;
  /** Signals inside the path. */
  readonly seen: Seen;
}

/** What stands for the settings that software makes, and for the ciphers with their keys and queues. */
export const softwareAndCiphers: readonly string[] = ['registers', 'keys', 'tweaks', 'decryption', 'encryption'];

/**
 * The path with properties around it, and without some instances: what these give is anything, in every cycle. `paths` are the signals inside it that the
 * properties speak of.
 */
export const provenPath = (
  p: Geometry,
  name: string,
  of: { readonly without: readonly string[]; readonly paths: readonly string[] },
  state: (path: ProvenPath) => void,
) => {
  const whole = memoryPath(p);
  const left = cutModule(whole, of.without);
  const { s_axi, m_axi, tamper, s_axil } = whole.ports;
  return module(
    name,
    { s_axi, m_axi, tamper, s_axil, ...left.ports } as Pick<
      typeof whole.ports,
      's_axi' | 'm_axi' | 'tamper' | 's_axil'
    > &
      Ports,
    (io, m) => {
      const { instance, seen, given } = left.within(m, 'path', io, of.paths);
      io.s_axi.connect(instance.s_axi);
      io.m_axi.connect(instance.m_axi);
      io.s_axil.connect(instance.s_axil);
      instance.tamper.set(io.tamper);
      state({ m, io: io as unknown as Edges, given, seen });
    },
    { documentation: 'The memory path with properties.', parameters: { ...p } },
  );
};
