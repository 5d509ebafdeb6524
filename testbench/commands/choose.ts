/** From what was typed to blocks and their parameters. */
import { readParameters } from '../../rtl/parts/parameters.ts';
import { type Block, type BlockParameters, blocks } from './blocks.ts';
import { UsageError, unknownChoice } from './errors.ts';
import { assignments } from './options.ts';
import { ownDesign } from './own-design.ts';
import type { Arguments } from './verb.ts';

export { numberOption } from './numbers.ts';
export { assignments, listOption } from './options.ts';

/** The block, or the file of a design, named by the first plain argument; every whole block when there is none. @throws UsageError, DesignError */
export const chosenBlocks = async (given: Arguments): Promise<readonly Block[]> => {
  const own = await ownDesign(given);
  if (own !== null) return [own];
  const [name] = given.positionals;
  if (name === undefined) return blocks.filter(({ whole }) => whole);
  const block = blocks.find((candidate) => candidate.name === name);
  if (block === undefined)
    throw unknownChoice(
      'block',
      name,
      blocks.map((candidate) => candidate.name),
    );
  return [block];
};

const read = (block: Block, texts: Readonly<Record<string, string>>): BlockParameters =>
  block.parameters(readParameters(block.schema, texts));

/** What --set says. @throws UsageError, ParameterError */
export const chosenParameters = (block: Block, given: Arguments): BlockParameters =>
  read(block, assignments(given, 'set'));

/** What --set and --sweep say together: one set of parameters for each combination of swept values. @throws UsageError, ParameterError */
export const sweptParameters = (block: Block, given: Arguments): readonly BlockParameters[] => {
  const fixed = assignments(given, 'set');
  const swept = assignments(given, 'sweep');
  const both = Object.keys(swept).find((name) => name in fixed);
  if (both !== undefined) throw new UsageError(`Options --set and --sweep both give ${both}; leave one of them out.`);
  let combinations: readonly Readonly<Record<string, string>>[] = [fixed];
  for (const [name, list] of Object.entries(swept)) {
    const values = list.split(',');
    if (list !== '' && values.includes(''))
      throw new UsageError(`Option --sweep ${name}=${list} has an empty value; leave out one comma.`);
    if (list === '')
      throw new UsageError(
        `Option --sweep ${name}= names no values; write them with commas, as in --sweep ${name}=64,128.`,
      );
    const twice = values.find((value, index) => values.indexOf(value) !== index);
    if (twice !== undefined) throw new UsageError(`Option --sweep ${name}= names ${twice} twice; name it once.`);
    combinations = combinations.flatMap((one) => values.map((value) => ({ ...one, [name]: value })));
  }
  return combinations.map((texts) => read(block, texts));
};

/** A block with its parameters, where it has any. */
export const titleOf = (name: string, parameters: BlockParameters): string =>
  [name, describeParameters(parameters)].filter((part) => part !== '').join(' ');

/** A short text of parameters: `dataWidth=64 clients=8`. */
export const describeParameters = (parameters: BlockParameters): string =>
  Object.entries(parameters)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
