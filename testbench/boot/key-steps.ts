/** Steps that load keys and forms into both memory paths. */
import { formWidth, type Platform, pathChannels } from '../../model/hardware/platform/index.ts';
import { below, choice, number, readForm } from './forms.ts';
import { patternBytes } from './pattern.ts';
import { refuse, type Statement } from './statement.ts';
import { StepError, type StepReader } from './step-reader.ts';
import type { Scene } from './steps.ts';

type Read = StepReader<Pick<Scene, 'platform' | 'processor'>>;
/** Cycles between two looks at a path. */
const look = 50;

const channel = choice('aes128', 'aes256', 'prince');

const checkSlot = (statement: Statement, { parameters: { keySlots } }: Platform, slot: number): void => {
  if (slot >= keySlots)
    throw refuse(
      statement,
      `the machine has key slots 0 to ${keySlots - 1}, but no ${slot}; 'machine keySlots=' gives it up to 8`,
    );
};

const key: Read = (statement) => {
  const {
    slot,
    channel: name,
    pattern,
  } = readForm(statement, {
    needs: { slot: number, channel, pattern: number },
  });
  return async ({ platform, processor }) => {
    checkSlot(statement, platform, slot);
    const data = new DataView(patternBytes(pattern, 64).buffer);
    for (const path of processor.registers.paths) {
      for (let word = 0; word < 16; word += 1) await path.key.at(word).write({ word: data.getUint32(4 * word, true) });
      await path.key_command.at(slot).write({ [name]: 1 });
      while ((await path.key_status.read()).busy !== 0) await platform.clock.sleep(look);
      if ((((await path.key_status.read()).loaded >>> slot) & 1) === 0)
        throw new StepError(`key slot ${slot} of a memory path took no key: it is locked, or there was tampering`);
    }
  };
};

const form: Read = (statement) => {
  const {
    form: index,
    channel: name,
    slot,
  } = readForm(statement, {
    places: { form: below(2 ** formWidth) },
    needs: { channel, slot: number },
  });
  return async ({ platform, processor }) => {
    checkSlot(statement, platform, slot);
    for (const path of processor.registers.paths)
      await path.form.at(index).write({ valid: 1, channel: pathChannels[name], slot });
  };
};

export const keySteps = { key, form };
