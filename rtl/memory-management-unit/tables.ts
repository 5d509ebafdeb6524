import { type Bits, concat, lit } from '../hdl/index.ts';
import type { Geometry } from './shapes.ts';

/** A field that is there only where addresses are wider than 32 bits. */
const frameOf = (settings: object, name: string): Bits | undefined =>
  (Reflect.get(settings, name) as { readonly frame: Bits } | undefined)?.frame;

/** Where the registers say that the domain table is. */
export const tablesOf = (
  p: Geometry,
  settings: {
    readonly tables: {
      readonly first: Bits<1>;
      readonly second: Bits<1>;
      readonly first_form: Bits<4>;
      readonly second_form: Bits<4>;
    };
  },
) => {
  const place = (name: string, form: Bits): Bits => {
    const high = frameOf(settings, `tables_${name}_high`);
    const low = frameOf(settings, `tables_${name}_low`) as Bits;
    const parts: Bits[] = [...(high === undefined ? [] : [high]), low, lit(1, 0)];
    if (p.formWidth > 0) parts.unshift(form.resize<number>(p.formWidth));
    return concat(...parts);
  };
  const { first, second, first_form, second_form } = settings.tables;
  return { enabled: concat(second, first), places: [place('first', first_form), place('second', second_form)] };
};
