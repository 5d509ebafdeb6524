/** Does again what a snapshot says was done, on a platform that has just been powered on. */
import { decode, type HistoryEntry } from './history.ts';
import type { Snapshot } from './interface.ts';
import type { SimulatedPlatform } from './simulated-platform.ts';

const askAgain = (platform: SimulatedPlatform, entry: HistoryEntry): void => {
  const { outside } = platform;
  switch (entry.what) {
    case 'access': {
      const { processor, write, address, bytes, domain, privileged } = entry;
      const data = entry.data === undefined ? undefined : decode(entry.data);
      // Software is not there to hear the answer.
      platform.ask(processor, { write, address, bytes, data, context: { domain, privileged } }).catch(() => {});
      break;
    }
    case 'fault':
      platform.faults.inject(entry.fault, entry.at);
      break;
    case 'dead':
      // The cut was injected before: it comes at the beginning of this cycle.
      platform.runTo(entry.cycle + 1);
      break;
    case 'type':
      outside.console.type(entry.text, entry.at);
      break;
    case 'frame':
      outside.network[entry.port].send(decode(entry.frame), entry.at);
      break;
    case 'medium':
      (entry.medium === 'memory' ? outside.memories : outside.disks)[entry.index].write(
        entry.address,
        decode(entry.data),
      );
      break;
    default:
      entry satisfies never;
  }
};

/** @throws Error when the bus trace comes out otherwise than it did when the snapshot was taken */
export const replay = (platform: SimulatedPlatform, snapshot: Snapshot): void => {
  for (const entry of snapshot.history as readonly HistoryEntry[]) {
    platform.runTo(entry.cycle);
    askAgain(platform, entry);
  }
  platform.runTo(snapshot.cycle);
  const { hash } = platform.trace;
  if (hash !== snapshot.traceHash)
    throw new Error(
      `the history of the snapshot gives the bus trace ${hash} on '${platform.on}', but it gave ${snapshot.traceHash} when it was taken`,
    );
};
