/** The pages that the hypervisor shares with each domain, as it reaches them itself. */
import type { Processor, View } from '../../hardware/platform/index.ts';
import { pageBytes } from '../guest/layout.ts';
import type { SharedPageName } from '../interface.ts';
import { HypervisorError, type HypervisorMemory } from '../memory/interface.ts';
import { type DomainRecords, recordWords } from './record.ts';

/** They have both copies, plain, whatever the domain's own pages have. */
export const sharedWanted = { copies: 'both', form: 0 } as const;

export class SharedPages {
  readonly #memory: HypervisorMemory;
  readonly #records: DomainRecords;

  constructor(memory: HypervisorMemory, records: DomainRecords) {
    this.#memory = memory;
    this.#records = records;
  }

  #window(processor: Processor, domain: number, frame: number): Promise<View> {
    if (frame === 0) throw new HypervisorError('ESRCH', `domain ${domain} has no shared pages`);
    return this.#memory.windows.view(processor, { frame, ...sharedWanted });
  }

  /** @throws ESRCH for a domain that has none */
  async view(processor: Processor, domain: number, page: SharedPageName): Promise<View> {
    const frames = await this.#records.word(processor, domain, recordWords.sharedFrames);
    return this.#window(processor, domain, Number(page === 'shared' ? frames & 0xffff_ffffn : frames >> 32n));
  }

  /** The page of a domain's grant table with a reference, and where its entry is there. @throws EINVAL beyond the table */
  async grantEntry(
    processor: Processor,
    domain: number,
    reference: number,
  ): Promise<{ readonly page: View; readonly at: number }> {
    const { grantFrames } = await this.#records.existing(processor, domain);
    const perPage = pageBytes / 8;
    const frame = grantFrames[Math.floor(reference / perPage)];
    if (frame === undefined)
      throw new HypervisorError(
        'EINVAL',
        `domain ${domain} has ${grantFrames.length * perPage} references, but no ${reference}`,
      );
    return { page: await this.#window(processor, domain, frame), at: 8 * (reference % perPage) };
  }
}
