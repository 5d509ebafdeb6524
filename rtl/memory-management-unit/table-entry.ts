import { type Bits, concat } from '../hdl/index.ts';
import { entryFields } from './interface.ts';
import { type Geometry, widthsOf } from './shapes.ts';

/** The fields of a table's entry (the page's "Page tables") in its 128 bits. */
export const tableEntryOf = (p: Geometry, entry: Bits) => {
  const { frame: width } = widthsOf(p);
  const flag = (name: keyof typeof entryFields): Bits<1> => entry.bit(entryFields[name]);
  const place = (frame: number, form: number): Bits => {
    const low = entry.slice<number, number>(frame + width - 1, frame);
    return p.formWidth === 0 ? low : concat(entry.slice<number, number>(form + p.formWidth - 1, form), low);
  };
  return {
    valid: flag('valid'),
    leaf: flag('leaf'),
    rights: {
      compare: flag('compare'),
      read: flag('read'),
      write: flag('write'),
      execute: flag('execute'),
      user: flag('user'),
      fake: flag('fake'),
    },
    where: {
      enabled: concat(flag('second'), flag('first')),
      places: [
        place(entryFields.firstFrame, entryFields.firstForm),
        place(entryFields.secondFrame, entryFields.secondForm),
      ],
    },
  };
};
