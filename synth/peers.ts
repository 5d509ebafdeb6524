/** What stands beside our blocks: open designs put through the same flow, and what we aim for. */

export interface Peer {
  readonly name: string;
  readonly project: string;
  /** Bits a beat, where the design has a data path. */
  readonly width: number | null;
  /** `SB_LUT4` cells of the iCE40 flow. */
  readonly luts: number;
  /** Registers of the iCE40 flow. */
  readonly registers: number | null;
  /** Levels of the generic 4- and 6-input flows. */
  readonly depth4: number | null;
  readonly depth6: number | null;
  /** Placed on an iCE40 HX8K; null where it does not fit. */
  readonly mhz: number | null;
  readonly remark: string;
}

/** A bound that a figure of ours is to keep. */
export interface Goal {
  readonly width: number | null;
  readonly luts: number | null;
  readonly mhz: number | null;
}

export interface PeerTable {
  readonly title: string;
  /** Names of our modules that it speaks of. */
  readonly modules: readonly string[];
  readonly source: string;
  readonly peers: readonly Peer[];
  readonly goals: readonly Goal[];
}

const corundum = (width: number, luts: number, registers: number, mhz: number): Peer => ({
  name: `rx_hash, ${width} bits`,
  project: 'Corundum',
  width,
  luts,
  registers,
  depth4: 63,
  depth6: 32,
  mhz,
  remark: `${width / 8} bytes a cycle; answers 4 of 9 hard frames rightly`,
});

export const peerTables: readonly PeerTable[] = [
  {
    title: 'Packet parsing and hashing',
    modules: ['packet_hash'],
    source:
      'Sources of Corundum (rx_hash), OpenNIC shell and taxi (zircon_ip_rx_parse), put through this flow: iCE40 cells, ' +
      'generic depth, median clock of three seeds on an HX8K.',
    peers: [
      corundum(64, 2257, 226, 84),
      corundum(256, 2256, 225, 114),
      corundum(512, 2292, 225, 110),
      {
        name: 'hash, 512 bits',
        project: 'OpenNIC',
        width: 512,
        luts: 3468,
        registers: 772,
        depth4: 7,
        depth6: 4,
        mhz: 124,
        remark: '64 bytes a cycle; bit order of its own, 0 of 9 frames',
      },
      {
        name: 'zircon_ip_rx_parse, 32 bits',
        project: 'taxi',
        width: 32,
        luts: 6523,
        registers: 2372,
        depth4: 31,
        depth6: 16,
        mhz: null,
        remark: '3.5 bytes a cycle; 9 of 9 frames',
      },
    ],
    goals: [
      { width: 64, luts: 1150, mhz: 114 },
      { width: 512, luts: 2250, mhz: 114 },
    ],
  },
];

const plain = (name: string): string => name.toLowerCase().replaceAll('-', '_');

/** The table that speaks of a module, if there is one. */
export const peersOf = (module: string): PeerTable | null =>
  peerTables.find((table) => table.modules.includes(plain(module))) ?? null;
