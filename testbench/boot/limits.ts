/** Cycle in which programs that have not ended are given up, where a scenario does not name another. */
export const usualLimit = 20_000_000;
