/**
 * Frames out are the frames in, in order and unchanged, but for those of chains that nobody accepted; and the chain records say
 * the same of them. Judged from the ports alone.
 */
import type { SeenFrame } from './frame-collector.ts';
import type { PacketUnitWatch, SeenRecord, SentFrame } from './watch.ts';

const equalWords = (left: Uint32Array, right: Uint32Array): boolean =>
  left.length === right.length && left.every((word, index) => word === right[index]);

const sameFrame = (received: SeenFrame, sent: SeenFrame): boolean => equalWords(received.beats, sent.beats);

const agrees = (sent: SentFrame, record: SeenRecord, first: boolean): string | null => {
  const complain = (what: string, frame: number | boolean, chain: number | boolean): string =>
    `a frame of chain ${record.chain} left with ${what} ${frame}, and the chain's record has ${chain}`;
  if (sent.chain !== record.chain) return complain('chain number', sent.chain, record.chain);
  if (sent.hash !== record.hash) return complain('hash', sent.hash, record.hash);
  if (sent.hashType !== record.hashType) return complain('hash type', sent.hashType, record.hashType);
  if (sent.client !== record.client) return complain('client', sent.client, record.client);
  if (sent.mask !== record.mask) return complain('delivery mask', sent.mask, record.mask);
  if (sent.start !== first)
    return `a frame of chain ${record.chain} has chain start ${sent.start}, and it is ${first ? '' : 'not '}the first`;
  return null;
};

/** Frames of the chain that has no record yet: at most one chain at the end of a run. */
const openChain = (received: readonly SeenFrame[], sent: readonly SentFrame[], chain: number): string | null => {
  if (sent.length > 0 && sent.length !== received.length) {
    return `${received.length} frames came for the open chain ${chain}, and ${sent.length} of them left`;
  }
  for (const [index, frame] of sent.entries()) {
    if (frame.chain !== (chain & 0xffff))
      return `a frame left in chain ${frame.chain}, whose record never came; the open chain is ${chain}`;
    if (!sameFrame(received[index]!, frame))
      return `frame ${index} of the open chain ${chain} left changed, or out of order`;
    if (frame.start !== (index === 0))
      return `frame ${index} of the open chain ${chain} has chain start ${frame.start}`;
  }
  return null;
};

/** Frames at a cut: those that left are among those that came, in order. */
const inOrder = (received: readonly SeenFrame[], sent: readonly SentFrame[]): string | null => {
  let index = 0;
  for (const frame of sent) {
    while (index < received.length && !sameFrame(received[index]!, frame)) index += 1;
    if (index === received.length)
      return `a frame of ${frame.data.length} bytes left that had not come, or out of order`;
    index += 1;
  }
  return null;
};

/**
 * Judges all that passed since the last reset.
 * @param whole the unit is drained; otherwise a reset has cut it off.
 */
export const judgeDelivery = ({ received, sent, records }: PacketUnitWatch, whole: boolean): string | null => {
  let came = 0;
  let left = 0;
  for (const [number, record] of records.entries()) {
    if (record.chain !== (number & 0xffff))
      return `the record of chain ${record.chain} came where that of ${number & 0xffff} was due`;
    if (record.packets === 0) return `the record of chain ${record.chain} has no packets`;
    let bytes = 0;
    for (let packet = 0; packet < record.packets; packet += 1) {
      const frame = received[came];
      if (frame === undefined) return `the record of chain ${record.chain} counts more frames than came`;
      came += 1;
      bytes += frame.data.length;
      if (record.mask === 0) continue;
      const out = sent[left];
      if (out === undefined) {
        if (whole) return `frame ${packet} of chain ${record.chain} never left`;
        return null;
      }
      left += 1;
      if (!sameFrame(frame, out)) return `frame ${packet} of chain ${record.chain} left changed, or out of order`;
      const wrong = agrees(out, record, packet === 0);
      if (wrong !== null) return wrong;
    }
    if (bytes !== record.bytes)
      return `the record of chain ${record.chain} has ${record.bytes} bytes, and its frames ${bytes}`;
  }
  const rest = [received.slice(came), sent.slice(left)] as const;
  return whole ? openChain(...rest, records.length) : inOrder(...rest);
};
