/** How many packets come before a fault, in words that are right for none and for one. */

/** Advice where the file is damaged behind `count` packets that read well. */
export const damagedAfter = (count: number): string => {
  if (count === 0) return 'It is the first packet: the damage is here, or in the header of the file';
  const before = count === 1 ? 'Packet 1' : `Packets 1 to ${count}`;
  return `${before} before it read well; the damage is here or shortly before`;
};

/** Advice where the file merely stops too early behind `count` whole packets. */
export const cutOffAfter = (count: number): string => {
  if (count === 0) return 'No whole packet comes before it: there is nothing to keep';
  const [are, them, own] =
    count === 1 ? ['packet before it is', 'it', 'its'] : [`${count} packets before it are`, 'them', 'their'];
  return `The ${are} whole; Wireshark's editcap writes ${them} to a file of ${own} own (editcap CUT WHOLE), and readCapture keeps ${them} with the option { truncated: 'keep' }`;
};

/** Warning where a file stops too early and its `count` whole packets are kept. */
export const keptBefore = (count: number): string => {
  if (count === 0) return 'no whole packet comes before it';
  return count === 1 ? 'the whole packet before it is kept' : `the ${count} whole packets before it are kept`;
};
