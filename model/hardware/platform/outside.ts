/** What stands outside the machine, as those who set up and judge have it. */
import { type Asked, encode } from './history.ts';
import type { NetworkLine, Outside } from './interface.ts';
import type { Surroundings } from './surroundings.ts';

interface Watch {
  readonly now: number;
  /** @throws RangeError when that cycle is over */
  inTime(at: number): void;
  /** Keeps what was asked, for snapshots. */
  keep(asked: () => Asked): void;
}

export const makeOutside = (around: Surroundings, watch: Watch): Outside => {
  const line = (port: 0 | 1): NetworkLine => ({
    send: (frame, at = watch.now) => {
      watch.inTime(at);
      watch.keep(() => ({ what: 'frame', port, frame: encode(frame), at }));
      around.network[port].send(frame.slice(), at);
    },
  });
  return {
    memories: [around.memories[0].content, around.memories[1].content],
    disks: [around.disks[0].medium, around.disks[1].medium],
    console: {
      get output() {
        return around.console.output;
      },
      type: (text, at = watch.now) => {
        watch.inTime(at);
        watch.keep(() => ({ what: 'type', text, at }));
        around.console.type(text, at);
      },
    },
    network: [line(0), line(1)],
  };
};
