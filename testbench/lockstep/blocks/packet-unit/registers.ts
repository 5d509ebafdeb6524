/** The unit's addresses as its specification lists them: written down again here, so that a slip in the register map shows. */

export const registers = {
  identification: 0x000,
  geometry: 0x004,
  chainKey: 0x010,
  hashTypes: 0x014,
  defaultClient: 0x018,
  packetLimit: 0x01c,
  byteLimit: 0x020,
  idleLimit: 0x024,
  accepting: 0x028,
  key: 0x040,
  allSapLow: 0x080,
  allSapHigh: 0x090,
  allSapClients: 0x0a0,
  frames: 0x100,
  malformed: 0x104,
  truncated: 0x108,
  chains: 0x10c,
  hashes: 0x110,
  table: 0x200,
  clientPackets: 0x400,
  clientChains: 0x440,
  clientDrops: 0x480,
  clientBytes: 0x500,
} as const;

export const keyWords = 10;
export const tableEntries = 128;
export const allSapEntries = 4;

const row = (base: number, count: number, stride = 4): number[] =>
  Array.from({ length: count }, (_, index) => base + stride * index);

/** Every word of the map, lowest first: a wide counter's low word comes right before its high word. */
export const mappedAddresses = (clients: number): number[] => {
  const at = registers;
  return [
    ...[
      at.identification,
      at.geometry,
      at.chainKey,
      at.hashTypes,
      at.defaultClient,
      at.packetLimit,
      at.byteLimit,
      at.idleLimit,
      at.accepting,
    ],
    ...row(at.key, keyWords),
    ...[at.allSapLow, at.allSapHigh, at.allSapClients].flatMap((base) => row(base, allSapEntries)),
    ...[at.frames, at.malformed, at.truncated, at.chains, at.hashes],
    ...row(at.table, tableEntries),
    ...[at.clientPackets, at.clientChains, at.clientDrops].flatMap((base) => row(base, clients)),
    ...row(at.clientBytes, 2 * clients),
  ];
};

/** Words that are read at the end of a run: all but the table, of which some entries do. */
export const readBackAddresses = (clients: number): number[] =>
  mappedAddresses(clients).filter(
    (address) => address < registers.table || address >= registers.table + 4 * tableEntries || address % 0x44 === 0,
  );
