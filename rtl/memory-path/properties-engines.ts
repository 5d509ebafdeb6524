import { all, any, type Bits, bits, type ModuleBody, module, type Ports } from '../hdl/index.ts';
import { aes, aesRounds } from '../parts/cipher/aes.ts';
import { prince, princeRounds } from '../parts/cipher/prince.ts';
import { cutModule } from '../parts/cut-instance.ts';
import { range } from '../parts/seen.ts';

/** Tags are told apart by as many bits as their proof needs: each bit of one goes its way alone. */
const tagWidth = 2;

/** What went in a number of cycles ago, 1 and up. */
interface Past {
  readonly valid: (age: number) => Bits<1>;
  readonly tag: (age: number) => Bits;
}

const pastOf = (m: ModuleBody, valid: Bits<1>, tag: Bits, cycles: number): Past => {
  const { was_valid } = m.regs({ was_valid: { type: bits<number>(cycles), reset: 0 } });
  const tags = m.regs(
    Object.fromEntries(
      range(cycles).map((age) => [`tag_${age}`, { type: bits<number>(tagWidth), reset: 'none' as const }]),
    ),
  );
  const tagOf = (age: number): (typeof tags)[string] => tags[`tag_${age}`] as (typeof tags)[string];
  for (const age of range(cycles)) {
    was_valid.bit(age).set(age === 0 ? valid : was_valid.bit(age - 1));
    tagOf(age).set(age === 0 ? tag : tagOf(age - 1));
  }
  return { valid: (age) => was_valid.bit(age - 1), tag: (age) => tagOf(age - 1) };
};

/** That what an engine gives is, in each cycle, what went in so many cycles before: each tag once, in their order, and nothing else. */
const givesThePast = (
  m: ModuleBody,
  past: Past,
  cycles: number,
  to: { readonly valid: Bits<1>; readonly tag: Bits },
) => {
  m.assert(to.valid.eq(past.valid(cycles)), 'a block is given so many cycles after it was taken, and none else');
  m.assert(to.valid.implies(to.tag.eq(past.tag(cycles))), 'its tag is given with it');
  m.cover(to.valid, 'a block is given');
};

/** AES' rounds and round keys are anything: tags have nothing to do with them. */
export const checkedAesTags = (unrolled: 1 | 2 | 7 | 14) => {
  const whole = aes({ unrolled, slots: 1, tagWidth });
  const stages = range(unrolled).map((index) => index + 1);
  const passes = aesRounds / unrolled;
  const left = cutModule(whole, ['keys', ...stages.map((stage) => `logic_${stage}`)]);
  const { from, clear } = whole.ports;
  return module(
    'aes_tags',
    { from, clear, ...left.ports } as Pick<typeof whole.ports, 'from' | 'clear'> & Ports,
    (io, m) => {
      const paths = ['valid', ...stages.flatMap((stage) => [`round_${stage}_tag`, `round_${stage}_pass`])];
      const { instance, seen } = left.within(m, 'engine', io, paths);
      (instance.from as { set(value: unknown): void }).set(io.from);
      instance.clear.set(io.clear);
      instance.key_write.set(0);
      (instance.key_written as { set(value: unknown): void }).set({ slot: 0, round: 0, key: 0 });
      m.assume(io.from.valid.implies(instance.ready), 'a block is given in only when there is room for it');
      const past = pastOf(m, io.from.valid, io.from.tag, aesRounds + 1);
      for (const stage of stages) {
        const ages = range(passes).map((pass) => pass * unrolled + stage);
        const [tag, passNow] = [seen(`round_${stage}_tag`), seen(`round_${stage}_pass`)];
        m.assert(
          seen('valid')
            .bit(stage - 1)
            .eq(any(ages.map((age) => past.valid(age)))),
          `round ${stage}: a block is at it in the cycles that it must be`,
        );
        for (const [pass, age] of ages.entries()) {
          const here = past.valid(age);
          m.assert(
            here.implies(all([tag.eq(past.tag(age)), ...(passes > 1 ? [passNow.eq(pass)] : [])])),
            `round ${stage}, pass ${pass}: the block has its tag`,
          );
          const others = ages.filter((other) => other > age).map((other) => past.valid(other));
          if (others.length > 0)
            m.assert(all([here, any(others)]).not(), `round ${stage}, pass ${pass}: one block is at it`);
        }
      }
      givesThePast(m, past, aesRounds + 1, instance.to);
    },
    { documentation: 'The tags of blocks of AES with properties.', parameters: { unrolled } },
  );
};

export const checkedPrinceTags = (rounds: 1 | 2 | 3 | 4 | 6 | 12) => {
  const whole = prince({ rounds, tagWidth });
  const left = cutModule(
    whole,
    range(princeRounds).map((index) => `layer_${index + 1}`),
  );
  const cycles = princeRounds / rounds;
  const { from } = whole.ports;
  return module(
    'prince_tags',
    { from, ...left.ports } as Pick<typeof whole.ports, 'from'> & Ports,
    (io, m) => {
      const paths = range(cycles).flatMap((cycle) => [`valid_${cycle}`, `tag_${cycle}`]);
      const { instance, seen } = left.within(m, 'engine', io, paths);
      (instance.from as { set(value: unknown): void }).set(io.from);
      const past = pastOf(m, io.from.valid, io.from.tag, cycles + 1);
      for (const cycle of range(cycles)) {
        const here = past.valid(cycle + 1);
        m.assert(seen(`valid_${cycle}`).bit(0).eq(here), `cycle ${cycle}: a block is at it when it must be`);
        m.assert(here.implies(seen(`tag_${cycle}`).eq(past.tag(cycle + 1))), `cycle ${cycle}: the block has its tag`);
      }
      givesThePast(m, past, cycles + 1, instance.to);
    },
    { documentation: 'The tags of blocks of PRINCE with properties.', parameters: { rounds } },
  );
};
