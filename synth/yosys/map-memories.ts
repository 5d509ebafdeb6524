/**
 * Turns memories of at most about 4,096 bits into flip-flops. Larger ones stay `$mem_v2` cells: as flip-flops they would take
 * Yosys minutes, and tell nothing about logic.
 *
 * Yosys' selections compare one parameter at a time, so that the bound on words times width is a staircase of powers of two.
 */
export const mapSmallMemories = ((): string => {
  const steps = Array.from({ length: 13 }, (_, exponent) => {
    const step = `t:$mem_v2 r:SIZE<=${2 ** exponent} %i r:WIDTH<=${2 ** (12 - exponent)} %i`;
    return exponent === 0 ? step : `${step} %u`;
  });
  return `memory_map ${steps.join(' ')}`;
})();
