/**
 * The rolling checksum of output records, one definition for every simulator that is compared. Within a cycle each word is mixed
 * and multiplied by its own odd constant, and the products are summed, so that a machine can do them side by side; across
 * cycles the sum is folded in order.
 */

/** The odd multiplier of output word `index`. */
export const checksumMultiplier = (index: number): number => (Math.imul(index + 1, 0x9e3779b1) | 1) >>> 0;

/** Folds the sum of one cycle into the checksum. */
export const checksumFold = (checksum: number, sum: number): number =>
  Math.imul(((checksum << 13) | (checksum >>> 19)) ^ sum, 0x85ebca6b) >>> 0;

/** What a record of `words` words at `offset` adds. */
export const checksumSum = (records: Uint32Array, offset: number, words: number): number => {
  let sum = 0;
  for (let index = 0; index < words; index++) {
    const word = records[offset + index] ?? 0;
    sum = (sum + Math.imul(word ^ (word >>> 16), checksumMultiplier(index))) | 0;
  }
  return sum;
};

/** The checksum after one more record of `words` words at `offset`. */
export const checksumRecord = (checksum: number, records: Uint32Array, offset: number, words: number): number =>
  checksumFold(checksum, checksumSum(records, offset, words));

/** The same in C++, for test programs of other simulators. */
export const checksumSourceCpp = `
static inline uint32_t checksum_multiplier(uint32_t index) { return ((index + 1) * 0x9e3779b1u) | 1u; }
static inline uint32_t checksum_term(uint32_t word, uint32_t index) { return (word ^ (word >> 16)) * checksum_multiplier(index); }
static inline uint32_t checksum_fold(uint32_t checksum, uint32_t sum) {
  return (((checksum << 13) | (checksum >> 19)) ^ sum) * 0x85ebca6bu;
}
`;
