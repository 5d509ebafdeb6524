/** Table entries and cookie indexes for software, in C and in TypeScript: both made from the description of the fields. */
import { entryBytes, frameWidth, pageBits, superPageBits, tableFields } from './interface.ts';

interface Shape {
  readonly addressWidth: number;
  readonly cookieIndexWidth: number;
}

interface Declared {
  /** As the names of both languages have it, with underscores. */
  readonly name: string;
  readonly high: boolean;
  readonly shift: number;
  readonly low: number;
  readonly width: number;
  readonly description: string;
}

const fields: readonly Declared[] = Object.entries(tableFields).map(([name, field]) => ({
  name: name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  high: field.low >= 64,
  shift: field.low % 64,
  ...field,
}));
const maskOf = (width: number): string => `0x${(2n ** BigInt(width) - 1n).toString(16).toUpperCase()}`;
const tableEntries = 2 ** superPageBits;

/** @param name before all that the header declares */
export const tableHeader = (name: string, p: Shape): string => {
  const upper = name.toUpperCase();
  const width = frameWidth(p);
  const members = fields.map(
    (field) => `  uint${field.width > 8 ? 64 : 8}_t ${field.name}; /* ${field.width} bits: ${field.description} */`,
  );
  const terms = fields.map(
    (field) =>
      `  entry.${field.high ? 'high' : 'low'} |= ((uint64_t)fields->${field.name} & ${maskOf(field.width)}u) << ${field.shift};`,
  );
  return `/* Page tables of ${name}; do not edit. */
#ifndef ${upper}_TABLES_H
#define ${upper}_TABLES_H

#include <stdint.h>

#define ${upper}_TABLE_ENTRIES ${tableEntries}u
#define ${upper}_PAGE_BITS ${pageBits}u
#define ${upper}_SUPER_PAGE_BITS ${superPageBits}u
#define ${upper}_COOKIE_INDEX_WIDTH ${p.cookieIndexWidth}u

/* The ${entryBytes} bytes of an entry as a processor with its lowest byte first has them in memory. */
struct ${name}_entry {
  uint64_t low;
  uint64_t high;
};

struct ${name}_fields {
${members.join('\n')}
};

static inline struct ${name}_entry ${name}_entry_of(const struct ${name}_fields *fields)
{
  struct ${name}_entry entry = {0, 0};
${terms.join('\n')}
  return entry;
}

/* What is written to the keeper's bump to take a leaf's page back. */
static inline uint32_t ${name}_cookie_index(const struct ${name}_fields *leaf, int super_page)
{
  const uint64_t frame = (leaf->first ? leaf->first_frame : leaf->second_frame) & ${maskOf(width)}u;
  const uint64_t kept = super_page ? frame & ~(uint64_t)${maskOf(superPageBits)}u : frame;
  uint64_t rest = (uint64_t)!leaf->first << ${width + 1} | (uint64_t)!!super_page << ${width} | kept;
  uint32_t index = 0;
  for (; rest != 0; rest >>= ${p.cookieIndexWidth})
    index ^= (uint32_t)(rest & ${maskOf(p.cookieIndexWidth)}u);
  return index;
}

#endif
`;
};

/** Source that imports nothing. @param name of the block */
export const tableSource = (name: string, p: Shape): string => {
  const width = frameWidth(p);
  const members = fields.map(
    (field) => `  /** ${field.width} bits: ${field.description} */\n  readonly ${field.name}?: number;`,
  );
  const terms = fields.map((field) => `  place(fields.${field.name}, ${field.low}n, ${maskOf(field.width)}n)`);
  return `/** Page tables of ${name}; do not edit. */
export const entryBytes = ${entryBytes};
export const tableEntries = ${tableEntries};
export const pageBits = ${pageBits};
export const superPageBits = ${superPageBits};
export const cookieIndexWidth = ${p.cookieIndexWidth};

/** Of an entry; what is left out is 0. */
export interface Fields {
${members.join('\n')}
}

const place = (value: number | undefined, low: bigint, mask: bigint): bigint => (BigInt(value ?? 0) & mask) << low;

/** The 128 bits of an entry; in memory the lowest byte is first. */
export const entryOf = (fields: Fields): bigint =>
${terms.join(' |\n')};

/** What is written to the keeper's bump to take a leaf's page back. */
export const cookieIndex = (leaf: Fields, superPage = false): number => {
  const inFirst = (leaf.first ?? 0) !== 0;
  const frame = BigInt((inFirst ? leaf.first_frame : leaf.second_frame) ?? 0) & ${maskOf(width)}n;
  const kept = superPage ? frame & ~${maskOf(superPageBits)}n : frame;
  let rest = (BigInt(!inFirst) << ${width + 1}n) | (BigInt(superPage) << ${width}n) | kept;
  let index = 0n;
  for (; rest !== 0n; rest >>= ${p.cookieIndexWidth}n) index ^= rest & ${maskOf(p.cookieIndexWidth)}n;
  return Number(index);
};
`;
};
