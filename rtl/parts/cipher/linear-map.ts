import { type Bits, lit } from '../../hdl/index.ts';

/** One output of a linear map: the numbers of the inputs that it is the XOR of, as a mask, and whether it is inverted. */
export interface LinearForm {
  readonly inputs: number;
  readonly inverted: boolean;
}

/**
 * The XOR of inputs for each form, sums that several forms have in common made once: the pair that most forms share is summed first, and so on
 * (Paar, "Optimized arithmetic for Reed-Solomon encoders", ISIT 1997).
 */
export const linearMap = (forms: readonly LinearForm[], inputs: readonly Bits<1>[]): readonly Bits<1>[] => {
  const terms = [...inputs];
  const sets = forms.map(
    ({ inputs: mask }) => new Set(inputs.flatMap((_, index) => ((mask >> index) & 1 ? [index] : []))),
  );
  for (;;) {
    const counts = new Map<string, number>();
    for (const set of sets) {
      const members = [...set].sort((a, b) => a - b);
      for (const [at, one] of members.entries())
        for (const other of members.slice(at + 1))
          counts.set(`${one},${other}`, (counts.get(`${one},${other}`) ?? 0) + 1);
    }
    const [best] = [...counts].sort((a, b) => b[1] - a[1]);
    if (best === undefined || best[1] < 2) break;
    const [one, other] = best[0].split(',').map(Number) as [number, number];
    const sum = terms.length;
    terms.push((terms[one] as Bits<1>).xor(terms[other] as Bits<1>));
    for (const set of sets) {
      if (!set.has(one) || !set.has(other)) continue;
      set.delete(one);
      set.delete(other);
      set.add(sum);
    }
  }
  return sets.map((set, index) => {
    const parts = [...set].map((term) => terms[term] as Bits<1>);
    const sum = parts.length === 0 ? lit(1, 0) : parts.reduce((left, right) => left.xor(right));
    return forms[index]?.inverted ? sum.not() : sum;
  });
};
