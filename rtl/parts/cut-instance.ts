import {
  type Bits,
  bits,
  cut,
  input,
  type ModuleBody,
  type ModuleDefinition,
  type Outside,
  type Ports,
} from '../hdl/index.ts';
import { type Seen, seenInstance } from './seen.ts';

/** What is left of a module, within another. */
export interface CutInstance<P extends Ports> {
  readonly instance: Outside<P>;
  /** Signals inside it. */
  readonly seen: Seen;
  /** What an instance that was cut out gives, by the path of its output: anything, in every cycle. */
  readonly given: Seen;
}

/** What is left of a module when some of its instances are cut out, by their paths. */
export interface CutModule<P extends Ports> {
  /** Inputs of the module around it, one for each output of an instance that was cut out. */
  readonly ports: Ports;
  /** An instance of what is left. `io` has those inputs, and `paths` are the signals inside that are seen. */
  within(m: ModuleBody, name: string, io: object, paths: readonly string[]): CutInstance<P>;
}

/** For proofs: what the instances give that are cut out is anything, in every cycle. */
export const cutModule = <P extends Ports>(whole: ModuleDefinition<P>, without: readonly string[]): CutModule<P> => {
  const { definition, free } = cut(whole, without);
  return {
    ports: Object.fromEntries([...free.values()].map(({ port, width }) => [port, input(bits<number>(width))])),
    within(m, name, io, paths) {
      const { instance, seen } = seenInstance(m, name, definition, paths);
      for (const { port } of free.values())
        (Reflect.get(instance, port) as { set(value: unknown): void }).set(Reflect.get(io, port));
      const given: Seen = (path) => {
        const port = free.get(path)?.port;
        if (port === undefined) throw new Error(`no instance that was cut out gives '${path}'`);
        return Reflect.get(io, port) as Bits;
      };
      return { instance, seen, given };
    },
  };
};
