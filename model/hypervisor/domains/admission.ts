/** Whether memory is there for what is promised. Source: `docs/systems/hypervisor.md`, "Admission". */
import type { Processor } from '../../hardware/platform/index.ts';
import type { HypervisorMemory } from '../memory/interface.ts';
import type { DomainRecord, DomainRecords } from './record.ts';

type Need = Pick<DomainRecord, 'copies' | 'has' | 'target'>;

const inMemory = ({ copies }: Need, memory: 0 | 1): boolean =>
  copies === 'both' || copies === (['first', 'second'] as const)[memory];

/** Frames of each memory that are never promised. */
export const reserveOf = (frames: number): number => Math.max(64, Math.ceil(frames / 32));

/** Whether a domain can be promised so much, beside what all others were. */
export const admits = async (
  records: DomainRecords,
  memory: HypervisorMemory,
  processor: Processor,
  domain: number,
  wanted: Need,
): Promise<boolean> => {
  const { frames, reserved } = memory.areas.layout;
  const promised = [0, 0];
  for (let other = 0; other < 15; other += 1) {
    const record = other === domain ? { ...wanted, state: 'running' } : await records.read(processor, other);
    if (record.state === 'none' || record.state === 'gone') continue;
    for (const index of [0, 1] as const)
      if (inMemory(record, index)) promised[index]! += Math.max(record.has, record.target);
  }
  const most = frames - reserved - reserveOf(frames);
  return promised.every((pages, index) => !inMemory(wanted, index as 0 | 1) || pages <= most);
};
