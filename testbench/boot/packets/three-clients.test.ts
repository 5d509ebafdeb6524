/** Captured traffic into three clients, of which one accepts nothing, one is capped and one is polled. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { TrustedCalls } from '../../../model/hypervisor/guest/index.ts';
import { dissect } from '../../captures/dissect.ts';
import { allRssHashTypes, rssInput } from '../../captures/rss.ts';
import { capturedFrames, countsOf, startReceivers, steerByHash, testHypervisor } from './receivers.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const count = thorough ? 443 : 90;
const every = 500;
/** 80 Mbit/s are 0.1 bytes a cycle: a small part of what comes. */
const bits = 80_000_000;
const bytesEachCycle = bits / 8 / 100_000_000;

const figures = readFileSync(new URL('../../../docs/systems/hypervisor-figures.md', import.meta.url), 'utf8').split(
  '\n',
);

const nameOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const flowOf = (frame: Uint8Array): string => nameOf(rssInput(dissect(frame), allRssHashTypes).input);

test('three clients have their flows in order, and every frame is accounted for', async () => {
  const hypervisor = await testHypervisor();
  const { clock, outside } = hypervisor.platform;
  const frames = capturedFrames(count);
  await hypervisor.run(async (domain0) => {
    const calls = new TrustedCalls(domain0);
    let end = Number.POSITIVE_INFINITY;
    const wanted = [{ name: 'polled', polled: true }, { name: 'capped', entries: 3 }, { name: 'closed' }];
    const receivers = await startReceivers(hypervisor, domain0, wanted, () => end);
    const [, capped, closed] = receivers;
    await calls.packetsCap(capped!.client, bits);
    await calls.packetsAccept(closed!.client, false);
    await steerByHash(
      domain0,
      receivers.map(({ client }) => client),
      8,
    );
    const begin = clock.now;
    for (const [index, frame] of frames.entries()) outside.network[0].send(frame, begin + every * (index + 1));
    const over = begin + every * (count + 1) + 30_000;
    await domain0.thread.suspend(clock.sleep(over - clock.now));
    end = clock.now;
    await domain0.thread.suspend(clock.sleep(25_000));
    const sent = new Map<string, number[]>();
    for (const [index, frame] of frames.entries()) sent.set(nameOf(frame), [...(sent.get(nameOf(frame)) ?? []), index]);
    const clientOf = new Map<string, string>();
    const counts = [];
    for (const { name, client, taken } of receivers) {
      // Each frame is one that came, once, and those of a client are in the order in which they came; so those of a flow are.
      const places = taken.map((frame) => sent.get(nameOf(frame))?.shift() ?? -1);
      expect(places).not.toContain(-1);
      expect(places, name).toEqual(places.toSorted((one, other) => one - other));
      for (const frame of taken) expect(clientOf.get(flowOf(frame)) ?? name).toBe(name);
      for (const frame of taken) clientOf.set(flowOf(frame), name);
      counts.push({ name, taken: taken.length, ...(await countsOf(domain0, client)) });
    }
    const [ofPolled, ofCapped, ofClosed] = counts;
    // The polled client has all of its own, the closed one nothing, and what the capped one did not get is counted.
    expect(ofPolled).toMatchObject({ taken: ofPolled!.packets, drops: 0, overflow: 0 });
    expect(ofClosed).toMatchObject({ taken: 0, packets: 0, overflow: 0 });
    expect(ofCapped!.packets).toBe(ofCapped!.taken + ofCapped!.overflow);
    expect(counts.reduce((sum, one) => sum + one.packets + one.drops, 0)).toBe(count);
    for (const one of [ofPolled!.taken, ofCapped!.taken, ofClosed!.drops, ofCapped!.drops + ofCapped!.overflow])
      expect(one).toBeGreaterThan(0);
    // Not more than its cap, the bucket, and what the ring holds.
    const bytes = capped!.taken.reduce((sum, { length }) => sum + length, 0);
    expect(bytes).toBeLessThanOrEqual((over + 25_000 - begin + 40_000) * bytesEachCycle + 8 * 2048);
    const rows = counts.map((one) => `| ${[one.name, one.taken, one.chains, one.drops, one.overflow].join(' | ')} |`);
    if (thorough) expect(figures.filter((line) => rows.includes(line))).toEqual(rows);
  });
  hypervisor.platform.close();
}, 600_000);
