/** What a scenario with a hypervisor expects in the end: that all memory and all packets are accounted for. */

import type { Platform } from '../../../model/hardware/platform/index.ts';
import type { Verdict } from '../expectations.ts';
import { number, readForm, text } from '../forms.ts';
import type { Statement } from '../statement.ts';
import type { World } from './world.ts';

export type WorldExpectation = (world: World, platform: Platform, frames: readonly Uint8Array[]) => Promise<Verdict>;
type Read = (statement: Statement) => WorldExpectation;

const because = (held: boolean, why: string): Verdict => ({ held, why: held ? '' : why });

/** Every frame of memory, every entry of every page map, and every swept page. */
const audit: Read = (statement) => {
  readForm(statement, {});
  return async ({ hypervisor, snapshots }, { processors }) => {
    const processor = processors[0]!;
    const unmapped = snapshots.frames.map((backing) => ({ owner: 0, backing }));
    const findings = [
      ...(await hypervisor.memory.audit(processor, { unmapped })),
      ...(await hypervisor.reclaim.audit(processor)),
    ];
    const [first] = findings;
    return because(first === undefined, `${findings.length} findings; the first: ${first?.where}: ${first?.what}`);
  };
};

/**
 * Where every frame went that came on the lines: taken by a guest, or counted as lost by who lost it. A port that was reset has forgotten
 * what it lost before: these are unseen.
 */
const packets: Read = (statement) => {
  const { unseen = 0 } = readForm(statement, { may: { unseen: number } });
  return async ({ taken }, { processors, parameters }, sent) => {
    const { registers, devices } = processors[0]!;
    let [dropped, refused, overflow, inRings] = [0, 0, 0, 0];
    for (const port of devices.network) dropped += Number(await port.dropped.read());
    for (let client = 0; client < parameters.clients; client += 1) {
      refused += Number(await registers.packets.client_drops.at(client).read());
      overflow += Number(await registers.receiver.overflow.at(client).read());
      // What the engine has put into the ring, since it began; the consumer's index says only what may be put there.
      inRings += (await registers.receiver.producer.at(client).read()).index;
    }
    const waiting = inRings - taken.length;
    const sum = inRings + dropped + refused + overflow;
    const waits = sent.map((frame) => Buffer.from(frame).toString('base64'));
    for (const { domain, data } of taken) {
      const place = waits.indexOf(Buffer.from(data).toString('base64'));
      if (place < 0) return because(false, `${domain} has taken a frame that did not come, or one twice`);
      waits[place] = '';
    }
    return because(
      sum <= sent.length && sum + unseen >= sent.length && waiting >= 0,
      `of ${sent.length} frames ${taken.length} were taken, ${waiting} wait, ${dropped} came to closed ports, ${refused} were not accepted, ${overflow} had no room, ${sent.length - sum} were seen by nobody`,
    );
  };
};

const has: Read = (statement) => {
  const { domain, pages } = readForm(statement, { places: { domain: text }, needs: { pages: number } });
  return async ({ hypervisor, domains }, { processors }) => {
    const made = domains.get(domain);
    if (made === undefined) return because(false, 'there is no such domain');
    const status = await hypervisor.domains.status(processors[0]!, made);
    return because(status.has === pages, `it has ${status.has}`);
  };
};

const took: Read = (statement) => {
  const { domain, frames } = readForm(statement, { places: { domain: text }, needs: { frames: number } });
  return async ({ taken }) => {
    const count = taken.filter((one) => one.domain === domain).length;
    return because(count === frames, `it took ${count}`);
  };
};

export const worldExpectations: Readonly<Record<string, Read>> = { audit, packets, has, took };
