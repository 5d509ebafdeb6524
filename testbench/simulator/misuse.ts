/** What the simulator is handed by who writes JavaScript, or has silenced the types: refused before it does harm. */
const most = 2 ** 32 - 1;

/** @throws RangeError when this is no number of cycles */
export const checkCycles = (call: 'step' | 'run', cycles: unknown): void => {
  if (typeof cycles !== 'number' || !Number.isInteger(cycles) || cycles < 0 || cycles > most)
    throw new RangeError(`${call} takes a whole number of cycles from 0 to ${most}, not ${String(cycles)}`);
};

/** @throws TypeError when this is no value of a signal */
export const checkValue = (call: 'poke', path: string, value: unknown): void => {
  if (typeof value === 'bigint') return;
  const example = typeof value === 'number' && Number.isSafeInteger(value) ? value : 0;
  throw new TypeError(`'${path}' takes a bigint, as in ${call}('${path}', ${example}n), not ${String(value)}`);
};
