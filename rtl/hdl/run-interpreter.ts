import type { ModuleInterpreter } from './interpreter.ts';

/** Gives inputs, settles, and reads outputs as numbers, those of signed ports as signed. */
export const run = (
  interpreter: ModuleInterpreter,
  inputs: Readonly<Record<string, bigint>>,
): Record<string, bigint> => {
  interpreter.set(inputs);
  interpreter.settle();
  return Object.fromEntries(
    interpreter.module.signals
      .filter((signal) => signal.port === 'output')
      .map(({ name, width, signed: isSigned }) => [
        name,
        isSigned ? BigInt.asIntN(width, interpreter.get(name)) : interpreter.get(name),
      ]),
  );
};
