/** The forms of a scenario, by its settings. */
import { type Cipher, cipherOf } from '../../../../model/hardware/memory-path/ciphers.ts';
import type { MemoryPathParameters } from '../../../../rtl/memory-path/interface.ts';
import { commandBits, registers } from './registers.ts';
import type { MemoryPathScenario } from './scenario.ts';

/** What the path does with a transaction: plain, refused, or a cipher. */
export type Form = Cipher | 'plain' | 'refused';

/** Forms as the settings program them: no other access of the scenario may change keys or forms. */
export const formsOf = ({ settings }: MemoryPathScenario, p: MemoryPathParameters): readonly Form[] => {
  const stage = new Uint8Array(64);
  const view = new DataView(stage.buffer);
  const slots = new Map<number, { readonly channel: number; readonly cipher: Cipher }>();
  const forms = new Map<number, number>();
  for (const access of settings) {
    if (access.kind !== 'write') continue;
    const { address, data } = access;
    if (address >= registers.key && address < registers.form) view.setUint32(address - registers.key, data, true);
    else if (address >= registers.form && address < registers.scanAddressLow) {
      forms.set((address - registers.form) / 4, data);
    } else if (address >= registers.keyCommand && address < registers.key) {
      const commands: readonly number[] = [commandBits.aes128, commandBits.aes256, commandBits.prince];
      const channel = commands.indexOf(data) + 1;
      slots.set((address - registers.keyCommand) / 4, { channel, cipher: cipherOf(channel, stage.slice()) });
      stage.fill(0);
    }
  }
  return Array.from({ length: 2 ** p.select }, (_, form): Form => {
    if (form === 0) return 'plain';
    const word = forms.get(form) ?? 0;
    const slot = slots.get((word >>> 8) & 7);
    const usable = (word & 1) !== 0 && slot !== undefined && slot.channel === ((word >>> 4) & 3);
    return usable ? slot.cipher : 'refused';
  });
};
