/** What a program of domain 0 does in a scenario, step by step. */
import { deviceNames } from '../../../model/hardware/platform/index.ts';
import { HypercallError, type TrustedCalls } from '../../../model/hypervisor/guest/index.ts';
import type { TrustedGuest } from '../../../model/hypervisor/index.ts';
import { NetworkPorts } from '../../../model/hypervisor/packets/failover.ts';
import { contentSteps } from '../content-steps.ts';
import { choice, flag, memoryNumber, number, readForm, text } from '../forms.ts';
import { patternBytes, sameBytes } from '../pattern.ts';
import { refuse, refuseWord, type Statement } from '../statement.ts';
import { StepError, type StepReader } from '../step-reader.ts';
import { deviceSteps } from '../steps.ts';
import type { World } from './world.ts';

export interface TrustedScene {
  readonly world: World;
  readonly domain0: TrustedGuest;
  readonly calls: TrustedCalls;
  /** The program is at this step now. */
  begins(statement: Statement): void;
  say(what: string): void;
  judge(statement: Statement, held: boolean, why: string): void;
}

type Read = StepReader<TrustedScene>;

/** Cycles between two looks at what has no interrupt here. */
const look = 1000;

const sleepFor = ({ domain0, world }: TrustedScene, cycles: number): Promise<void> =>
  domain0.thread.suspend(world.hypervisor.platform.clock.sleep(cycles));

const numberOf = ({ world }: TrustedScene, name: string): number => {
  const found = world.domains.get(name);
  if (found === undefined) throw new StepError(`domain '${name}' was not started, or is gone`);
  return found;
};

const onDomain =
  (act: (scene: TrustedScene, domain: number, name: string) => Promise<unknown>): Read =>
  (statement) => {
    const { domain } = readForm(statement, { places: { domain: text } });
    return async (scene) => void (await act(scene, numberOf(scene, domain), domain));
  };

const start: Read = (statement) => {
  const { domain } = readForm(statement, { places: { domain: text } });
  return async ({ world, calls, say }) => {
    const part = world.parts.get(domain);
    if (part === undefined) throw refuseWord(statement, 'domain', domain, [...world.parts.keys()]);
    if (world.domains.has(domain)) throw new StepError(`domain '${domain}' runs already; write 'destroy' between`);
    const made = await calls.create(part.request);
    world.domains.set(domain, made);
    world.hypervisor.domains.load(made, world.programsOf(part));
    await calls.unpause(made);
    say(`${domain} runs as domain ${made}`);
  };
};

const target: Read = (statement) => {
  const { domain, pages, by } = readForm(statement, {
    places: { domain: text },
    needs: { pages: number },
    may: { by: choice('call', 'store') },
  });
  return async (scene) => {
    const made = numberOf(scene, domain);
    if (by !== 'store') await scene.calls.setTarget(made, pages);
    else if (scene.world.store === undefined)
      throw refuse(statement, "there is no store; write 'hypervisor store=yes'");
    else scene.world.store.store.write(`/local/domain/${made}/memory/target`, String(4 * pages));
  };
};

/** Waits until a memory has failed and another stands in its place, and brings it back. */
const replace: Read = (statement) => {
  const { memory } = readForm(statement, { places: { memory: memoryNumber } });
  return async (scene) => {
    const { calls, say, world } = scene;
    const begun = world.hypervisor.platform.clock.now;
    for (;;) {
      try {
        await calls.memoryReplace(memory);
        break;
      } catch (error) {
        // EINVAL: it has not failed yet.
        if (!(error instanceof HypercallError) || !['EINVAL', 'EAGAIN'].includes(error.code)) throw error;
        await sleepFor(scene, look);
      }
    }
    say(`memory ${memory} is back, after ${world.hypervisor.platform.clock.now - begun} cycles`);
  };
};

/** Waits until a device has failed, and puts it back into service. */
const revive: Read = (statement) => {
  const { device } = readForm(statement, { places: { device: choice(...deviceNames) } });
  const bit = 1 << deviceNames.indexOf(device);
  const step = deviceSteps.revive(statement);
  return async (scene) => {
    const { thread } = scene.domain0;
    const out = (): Promise<number> =>
      thread.access(
        async ({ registers: { controller } }) =>
          (await controller.resource_faulted.read()).resources | (await controller.port_isolated.read()).ports,
      );
    while (((await out()) & bit) === 0) await sleepFor(scene, look);
    const { platform } = scene.world.hypervisor;
    await thread.access((processor) => step({ ...scene, platform, processor, space: scene.domain0.memory }));
  };
};

/** With a processor port of its own as long as it takes. */
const onPort =
  (read: (typeof deviceSteps)[keyof typeof deviceSteps]): Read =>
  (statement) => {
    const step = read(statement);
    return (scene) => {
      const { platform } = scene.world.hypervisor;
      return scene.domain0.thread.access((processor) =>
        step({ ...scene, platform, processor, space: processor.as({ domain: 0, privileged: false }) }),
      );
    };
  };

/** Waits until the domains have clients, spreads the hash table over these, and lets the network ports take frames: both, or one at a time. */
const steer: Read = (statement) => {
  const { to, failover } = readForm(statement, { needs: { to: text }, may: { failover: flag } });
  const names = to.split(',');
  return async ({ world, domain0: { thread }, say }) => {
    const unknown = names.find((name) => !world.parts.has(name));
    if (unknown !== undefined) throw refuseWord(statement, 'domain', unknown, [...world.parts.keys()]);
    const clients = await thread.suspend(Promise.all(names.map((name) => world.clients.at(name).value)));
    await thread.access(async ({ registers: { packets }, devices }) => {
      for (let index = 0; index < packets.table.length; index += 1)
        await packets.table.write(index, { client: clients[index % clients.length]! });
      await packets.default_client.write({ client: clients[0]! });
      if (failover !== true) for (const port of devices.network) await port.control.write({ enable: 1 });
    });
    if (failover === true) NetworkPorts.start(world.hypervisor);
    say(`packets go to clients ${clients.join(', ')}`);
  };
};

const cap: Read = (statement) => {
  const { domain, bits } = readForm(statement, { places: { domain: text }, needs: { bits: number } });
  return async ({ world, domain0, calls }) =>
    calls.packetsCap(await domain0.thread.suspend(world.clients.at(domain).value), bits);
};

const accept: Read = (statement) => {
  const { domain, is } = readForm(statement, { places: { domain: text }, needs: { is: flag } });
  return async ({ world, domain0, calls }) =>
    calls.packetsAccept(await domain0.thread.suspend(world.clients.at(domain).value), is);
};

const sharing =
  (act: 'share' | 'withdraw'): Read =>
  (statement) => {
    const { tree, with: domain } = readForm(statement, { places: { tree: text }, needs: { with: text } });
    return async (scene) => {
      const { shares } = scene.world;
      if (shares === undefined) throw refuse(statement, "shares are told by the store; write 'hypervisor store=yes'");
      await scene.domain0.thread.suspend(shares[act](tree, numberOf(scene, domain)));
    };
  };

const file: Read = (statement) => {
  const {
    what,
    tree,
    path,
    is,
    text: value,
  } = readForm(statement, {
    places: { what: choice('read', 'write'), tree: text, path: text },
    may: { is: text, text },
  });
  if ((what === 'write' ? value : is) === undefined)
    throw refuse(statement, `'file ${what}' needs ${what === 'write' ? 'text=' : 'is='}`);
  return async ({ world, domain0, judge }) => {
    if (world.shares === undefined)
      throw refuse(statement, "shares are told by the store; write 'hypervisor store=yes'");
    const { promises } = world.shares.files(tree);
    if (what === 'write') await domain0.thread.suspend(promises.writeFile(path, value!));
    else {
      const found = String(await domain0.thread.suspend(promises.readFile(path, 'utf8').catch(() => '')));
      judge(statement, found === is, `it is '${found}'`);
    }
  };
};

const snapshot: Read = (statement) => {
  const {
    snapshot: name,
    of,
    pages,
  } = readForm(statement, {
    places: { snapshot: text },
    needs: { of: text, pages: number },
  });
  return async (scene) => {
    const { thread } = scene.domain0;
    const domain = numberOf(scene, of);
    const all = await scene.world.snapshots.of(thread, domain, pages);
    const cycles = await all.take(thread, name, 'break');
    scene.say(`snapshot '${name}' of ${of} is taken; it stood still for ${cycles} cycles`);
  };
};

/** Compares what a snapshot shows. */
const shows: Read = (statement) => {
  const {
    snapshot: name,
    of,
    at,
    bytes,
    pattern,
  } = readForm(statement, {
    places: { snapshot: text },
    needs: { of: text, at: number, bytes: number, pattern: number },
  });
  return async (scene) => {
    const { thread } = scene.domain0;
    const all = await scene.world.snapshots.of(thread, numberOf(scene, of), 0);
    const found = await all.read(thread, name, at, bytes);
    scene.judge(statement, sameBytes(found, patternBytes(pattern, bytes)), 'it shows something else');
  };
};

const sleep: Read = (statement) => {
  const { cycles } = readForm(statement, { places: { cycles: number } });
  return (scene) => sleepFor(scene, cycles);
};

const until: Read = (statement) => {
  const { cycle } = readForm(statement, { places: { cycle: number } });
  return ({ domain0, world }) => domain0.thread.suspend(world.hypervisor.platform.clock.until(cycle));
};

export const trustedSteps: Readonly<Record<string, Read>> = {
  ...Object.fromEntries(
    Object.entries(contentSteps).map(([name, read]): [string, Read] => [
      name,
      (statement) => {
        const step = read(statement);
        return ({ domain0, judge }) => step({ space: domain0.memory, judge });
      },
    ]),
  ),
  start,
  destroy: onDomain(async ({ calls, world }, domain, name) => {
    await calls.destroy(domain);
    world.domains.delete(name);
  }),
  pause: onDomain(({ calls }, domain) => calls.pause(domain)),
  unpause: onDomain(({ calls }, domain) => calls.unpause(domain)),
  target,
  replace,
  revive,
  disk: onPort(deviceSteps.disk),
  print: onPort(deviceSteps.print),
  steer,
  cap,
  accept,
  share: sharing('share'),
  withdraw: sharing('withdraw'),
  file,
  snapshot,
  shows,
  sleep,
  until,
};
