/** What a guest does in a scenario, step by step. */
import {
  type Calls,
  type Events,
  type GrantTable,
  type Guest,
  MemoryWatch,
  PacketRing,
  PageFault,
  virtualEvents,
} from '../../../model/hypervisor/guest/index.ts';
import { StoreClient } from '../../../model/hypervisor/store/client.ts';
import { guestStoreDoor } from '../../../model/hypervisor/store/guest-door.ts';
import { contentSteps } from '../content-steps.ts';
import { choice, flag, number, readForm, text } from '../forms.ts';
import { refuse, type Statement } from '../statement.ts';
import { StepError, type StepReader } from '../step-reader.ts';
import { pageOf, reclaimSteps } from './reclaim-steps.ts';
import type { World } from './world.ts';

export interface GuestScene {
  readonly name: string;
  readonly world: World;
  readonly guest: Guest;
  readonly calls: Calls;
  readonly events: Events;
  readonly grants: GrantTable;
  /** Handles of what is mapped, and references of what is granted, by name. */
  readonly handles: Map<string, number>;
  readonly references: Map<string, number>;
  /** The domain is at this step now. */
  begins(statement: Statement): void;
  say(what: string): void;
  judge(statement: Statement, held: boolean, why: string): void;
}

export type GuestStep = (scene: GuestScene) => Promise<void>;
type Read = StepReader<GuestScene>;

const pass = async ({ guest, calls }: GuestScene, until: number): Promise<void> => {
  while (guest.now < until) await calls.block(until);
};

const sleep: Read = (statement) => {
  const { cycles } = readForm(statement, { places: { cycles: number } });
  return (scene) => pass(scene, scene.guest.now + cycles);
};

const until: Read = (statement) => {
  const { cycle } = readForm(statement, { places: { cycle: number } });
  return (scene) => pass(scene, cycle);
};

const faultKinds = choice('nothing', 'no right', 'given back', 'lost', 'refused');

const fault: Read = (statement) => {
  const { address, kind, write } = readForm(statement, {
    places: { address: number },
    needs: { kind: faultKinds },
    may: { write: flag },
  });
  return async ({ guest, judge }) => {
    const access = write === true ? guest.memory.write8(address, 1) : guest.memory.read8(address);
    const found = await access.then(
      () => 'no fault',
      (error: unknown) => {
        if (error instanceof PageFault) return error.kind;
        throw error;
      },
    );
    judge(statement, found === kind, `it is: ${found}`);
  };
};

const grant: Read = (statement) => {
  const {
    grant: name,
    at,
    to,
    write,
  } = readForm(statement, {
    places: { grant: text },
    needs: { at: number, to: text },
    may: { write: flag },
  });
  const page = pageOf(statement, at);
  return async ({ world, guest, grants, references }) => {
    const grantee = world.domains.get(to);
    if (grantee === undefined) throw new StepError(`domain '${to}' was not started yet`);
    const reference = await grants.grant(grantee, page, { readOnly: write !== true });
    references.set(name, reference);
    world.grants.at(name).give({ granter: guest.domain, reference });
  };
};

const map: Read = (statement) => {
  const {
    grant: name,
    at,
    write,
  } = readForm(statement, {
    places: { grant: text },
    needs: { at: number },
    may: { write: flag },
  });
  const page = pageOf(statement, at);
  return async ({ world, calls, handles }) => {
    const { granter, reference } = await world.grants.at(name).value;
    handles.set(name, await calls.grantMap({ domain: granter, reference, page, write: write === true }));
  };
};

const named = (what: 'handles' | 'references', act: (scene: GuestScene, value: number) => Promise<void>): Read => {
  return (statement) => {
    const { grant: name } = readForm(statement, { places: { grant: text } });
    return async (scene) => {
      const value = scene[what].get(name);
      if (value === undefined)
        throw new StepError(`'${name}' was not ${what === 'handles' ? 'mapped' : 'granted'} by this domain`);
      await act(scene, value);
    };
  };
};

const receive: Read = (statement) => {
  const { address, entries, frames, last, polled } = readForm(statement, {
    places: { address: number },
    needs: { entries: number },
    may: { frames: number, last: number, polled: flag },
  });
  const width = Math.log2(entries);
  if (!Number.isInteger(width) || width < 1 || width > 12)
    throw refuse(statement, `entries= is ${entries}, but it must be a power of two from 2 to 4096`);
  if ((frames === undefined) === (last === undefined))
    throw refuse(
      statement,
      "'receive' needs one of frames=, how many it waits for, and last=, the cycle until which it takes what comes",
    );
  const page = pageOf(statement, address);
  return async ({ name, world, guest, calls, events, say }) => {
    const ring = await PacketRing.open(guest, calls, { page, entries: width, polled: polled ?? false });
    world.clients.at(name).give(ring.client);
    let taken = 0;
    const over = (): boolean => (frames === undefined ? guest.now >= last! : taken >= frames);
    while (!over()) {
      await events.wait(virtualEvents.packets, last);
      for (const { data } of await ring.take()) {
        world.taken.push({ domain: name, data });
        taken += 1;
      }
    }
    say(`has taken ${taken} frames`);
  };
};

const store: Read = (statement) => {
  const {
    what,
    path,
    is,
    text: value,
  } = readForm(statement, {
    places: { what: choice('read', 'write', 'await'), path: text },
    may: { is: text, text },
  });
  if (what === 'write' ? value === undefined : is === undefined)
    throw refuse(statement, `'store ${what}' needs ${what === 'write' ? 'text=' : 'is='}`);
  return async (scene) => {
    const { guest, calls, events, judge } = scene;
    if (scene.world.store === undefined) throw refuse(statement, "there is no store; write 'hypervisor store=yes'");
    const client = new StoreClient(guestStoreDoor(guest, calls, events));
    if (what === 'write') await client.write(path, value!);
    else {
      let found = await client.readText(path).catch(() => '');
      while (what === 'await' && found !== is) {
        await pass(scene, guest.now + 5000);
        found = await client.readText(path).catch(() => '');
      }
      judge(statement, found === is, `it is '${found}'`);
    }
  };
};

/** Waits for the event, and compares what it tells. */
const memories: Read = (statement) => {
  const { failed, lost } = readForm(statement, { needs: { failed: text }, may: { lost: number } });
  return async ({ guest, events, judge }) => {
    const watch = new MemoryWatch(guest);
    let count = 0;
    for (;;) {
      const report = await watch.take();
      count += report.lost.length + report.missed;
      if ((report.failed.join(',') || 'none') === failed && report.restoring.length === 0 && count >= (lost ?? 0))
        break;
      await events.wait(virtualEvents.memoryStatus);
    }
    judge(statement, count === (lost ?? 0), `it has lost ${count} pages`);
  };
};

export const guestSteps: Readonly<Record<string, Read>> = {
  ...reclaimSteps,
  ...Object.fromEntries(
    Object.entries(contentSteps).map(([name, read]): [string, Read] => [
      name,
      (statement) => {
        const step = read(statement);
        return ({ guest, judge }) => step({ space: guest.memory, judge });
      },
    ]),
  ),
  sleep,
  until,
  fault,
  grant,
  map,
  unmap: named('handles', ({ calls }, handle) => calls.grantUnmap(handle)),
  end: named('references', ({ grants }, reference) => grants.end(reference)),
  receive,
  store,
  memories,
};
