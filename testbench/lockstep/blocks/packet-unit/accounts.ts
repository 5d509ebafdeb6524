/** The counters, read at the end of a run, against what passed the ports: received = delivered + counted drops. */
import { registers } from './registers.ts';
import type { PacketUnitWatch } from './watch.ts';

const wrong = (name: string, seen: number, expected: number): string | null =>
  seen === expected ? null : `${name} reads ${seen}, and ${expected} were seen at the ports`;

/**
 * @param copies whether an all-SAP entry may have been enabled: who wanted a copy and missed it cannot be told from the ports.
 */
export const judgeAccounts = (watch: PacketUnitWatch, clients: number, copies: boolean): string | null => {
  const { received, sent, records, values } = watch;
  const read = (address: number): number => values.get(address) ?? Number.NaN;
  const inRecords = records.reduce((sum, record) => sum + record.packets, 0);
  const open = received.length - inRecords;
  const openSent =
    sent.length > 0 && open > 0 && sent.at(-1)!.chain === (records.length & 0xffff) ? sent.at(-1)! : null;
  const chains = [
    ...records.map((record) => ({ ...record })),
    ...(openSent === null ? [] : [{ ...openSent, packets: open }]),
  ];
  const unknown = openSent === null ? open : 0;

  const hashed = chains.filter((chain) => chain.hashType !== 0).length;
  const hashes = read(registers.hashes);
  const complaint =
    wrong('frames', read(registers.frames), received.length) ??
    wrong('chains', read(registers.chains), chains.length + (unknown > 0 ? 1 : 0)) ??
    (unknown > 0 && hashes === hashed + 1 ? null : wrong('hashes', hashes, hashed));
  if (complaint !== null) return complaint;

  let unexplained = 0;
  for (let client = 0; client < clients; client += 1) {
    const gets = (mask: number): boolean => ((mask >>> client) & 1) === 1;
    const delivered = sent.filter((frame) => gets(frame.mask));
    const bytes = delivered.reduce((sum, frame) => sum + frame.data.length, 0);
    const dropped = chains.reduce(
      (sum, chain) => sum + (chain.client === client && !gets(chain.mask) ? chain.packets : 0),
      0,
    );
    const drops = read(registers.clientDrops + 4 * client);
    const low = read(registers.clientBytes + 8 * client);
    const high = read(registers.clientBytes + 8 * client + 4);
    const found =
      wrong(`client_packets[${client}]`, read(registers.clientPackets + 4 * client), delivered.length) ??
      wrong(
        `client_chains[${client}]`,
        read(registers.clientChains + 4 * client),
        delivered.filter((frame) => frame.start).length,
      ) ??
      wrong(`client_bytes[${client}]`, high * 2 ** 32 + low, bytes);
    if (found !== null) return found;
    if (drops < dropped)
      return `client_drops[${client}] reads ${drops}, and at least ${dropped} frames for that client were dropped`;
    unexplained += drops - dropped;
  }
  // Without copies each dropped frame is counted once, for the client that its hash names.
  return copies ? null : wrong('the sum of client_drops, less those of closed chains,', unexplained, unknown);
};
