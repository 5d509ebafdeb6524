import {
  type Bits,
  concat,
  lit,
  type ModuleBody,
  type ModuleDefinition,
  type Outside,
  observed,
  type Ports,
  popCount,
} from '../hdl/index.ts';

/** Signals inside a block that properties around it speak of, by their paths. */
export type Seen = (path: string) => Bits;

const nameOf = (path: string): string => `seen_${path.replaceAll(/[.[]/g, '_').replaceAll(']', '')}`;

/** The outputs that show the signals of these paths. */
export const observations = (paths: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(paths.map((path) => [nameOf(path), path]));

/** Reads those outputs of an instance. */
export const seenIn =
  (instance: object): Seen =>
  (path) => {
    const signal = Reflect.get(instance, nameOf(path)) as Bits | undefined;
    if (signal === undefined) throw new Error(`'${path}' is not among the signals to be observed`);
    return signal;
  };

/** An instance of a module whose signals of these paths are seen. */
export const seenInstance = <P extends Ports>(
  m: ModuleBody,
  name: string,
  definition: ModuleDefinition<P>,
  paths: readonly string[],
): { readonly instance: Outside<P>; readonly seen: Seen } => {
  const { [name]: shown } = m.instances({ [name]: observed(definition, observations(paths)) });
  if (shown === undefined) throw new Error('the instance was just declared');
  // What is seen is beside the module's own ports.
  return { instance: shown as unknown as Outside<P>, seen: seenIn(shown) };
};

export const range = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

/** Whether a number names one of `count` things. */
export const isBelow = (number: Bits, count: number): Bits<1> =>
  count >= 2 ** number.width ? lit(1, 1) : number.lt(count);

/** How many of the flags are 1, in 8 bits. */
export const countOnes = (flags: readonly Bits<1>[]): Bits<8> =>
  popCount(concat(lit(1, 0), ...flags) as Bits).resize<number>(8) as Bits<8>;
