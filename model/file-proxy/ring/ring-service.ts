import type { Session } from '../server/session.ts';
import type { RingDoor } from './door.ts';
import { after, ringLayout as at, packWord, ringPageBytes, unpackWord } from './layout.ts';
import { ServedConnection } from './served-connection.ts';

/** What serves a guest's ring. */
export interface RingService {
  /** Resolves when it has ended: with null where it was told to, else with why, such as that the pages are gone. Never rejects. */
  readonly ended: Promise<Error | null>;
  /** Ends the connection, and tells the guest. Resolves when all is done. */
  stop(): Promise<void>;
}

/**
 * Serves a guest's ring: one connection after another, each with a session of its own. Nothing that the guest writes ends it; a guest that breaks the rules loses
 * its connection, and may open another.
 * @param newSession a session whose messages are no longer than the bytes that the ring has for them
 */
export const serveRing = (door: RingDoor, newSession: (areaBytes: number) => Session): RingService => {
  const { pages } = door;
  let stopped = false;
  let fault: Error | null = null;
  let wake: () => void = () => undefined;
  let wakened = false;
  let event: Promise<void> | null = null;
  /** Waits for an event, or for a connection that broke. */
  const wait = async (): Promise<void> => {
    event ??= door.wait().then(() => void (event = null));
    const woken = new Promise<void>((resolve) => (wake = resolve));
    if (!wakened) await Promise.race([event, woken]);
    wakened = false;
  };
  const rouse = (): void => {
    wakened = true;
    wake();
  };
  /** Says which connection is served; 0 for none. */
  const say = async (connection: number): Promise<void> => {
    await pages.write64(at.response, packWord({ connection, index: 0 }));
    await door.notify();
  };
  /** The connection that is served, or was until it broke; 0 at first, when a guest may still be in one that another server left. */
  let number = 0;
  let served: ServedConnection | null = null;
  const drop = async (): Promise<void> => {
    const dropped = served;
    served = null;
    await dropped?.end();
  };
  const begin = async (connection: number): Promise<void> => {
    await pages.write32(at.requestEvent, 1);
    served = new ServedConnection(door, connection, newSession(pages.bytes - ringPageBytes), (error) => {
      fault ??= error;
      rouse();
    });
    await say(connection);
  };
  const run = async (): Promise<void> => {
    await say(0);
    let awaited = 1;
    while (!stopped) {
      const { connection, index } = unpackWord(await pages.read64(at.request));
      if (connection !== number) {
        await drop();
        number = connection;
        awaited = 1;
        // An index above 0 is another server's connection, which its guest has not left yet.
        if (connection !== 0 && index === 0) await begin(connection);
        else await say(0);
      } else if (fault !== null) throw fault;
      else if (served === null) await wait();
      else if (!served.open) {
        await drop();
        await say(0);
      } else if (index !== served.taken) await served.take(index);
      else if (awaited !== after(index, 1)) {
        awaited = after(index, 1);
        await pages.write32(at.requestEvent, awaited);
      } else await wait();
    }
  };
  const finish = async (): Promise<Error | null> => {
    try {
      await run();
      return null;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    } finally {
      await drop().catch(() => undefined);
    }
  };
  const ended = finish();
  return {
    ended,
    stop: async () => {
      stopped = true;
      rouse();
      if ((await ended) === null) await say(0).catch(() => undefined);
    },
  };
};
