import type { ProofTarget } from '../../rtl/parts/proof-target.ts';
import type { Design } from '../designs/choose-design.ts';
import { shownPath } from '../designs/choose-design.ts';
import { ownProofTest } from '../designs/proof-test.ts';
import { proofLists } from '../proofs/lists.ts';
import { propertiesOf } from '../proofs/properties-of.ts';
import type { ProveOptions } from '../proofs/prove-module.ts';
import { type ProofRow, proveTarget } from '../proofs/prove-target.ts';
import type { Block } from './blocks.ts';
import { chosenParameters, describeParameters, numberOption } from './choose.ts';
import { UsageError, unknownChoice } from './errors.ts';
import { blockArgument, moduleArgument, ownDesign } from './own-design.ts';
import { startProgress } from './progress.ts';
import { table } from './table.ts';
import type { Answer, Arguments, Verb } from './verb.ts';
import { projectRoot } from './version.ts';

interface Chosen {
  readonly block: string;
  readonly target: ProofTarget;
  readonly own?: Design;
}

/** The properties of a design of the user's own, as a proof. @throws UsageError, ParameterError, DesignError */
const ownTarget = (block: Block, design: Design, given: Arguments): Chosen => {
  const parameters = chosenParameters(block, given);
  const module = (): ReturnType<Design['definition']> => design.definition(parameters);
  return {
    block: block.name,
    own: design,
    target: { name: block.name, parameters, section: shownPath(design.file), thorough: false, module },
  };
};

/** The proofs of the block that was named, or of every block. The long ones in thorough runs only, or where a block has no others. */
const chosenTargets = async (given: Arguments): Promise<readonly Chosen[]> => {
  const own = await ownDesign(given);
  if (own?.own !== undefined) return [ownTarget(own, own.own.design, given)];
  if (given.options.set !== undefined)
    throw new UsageError('Option --set is for files of your own; proofs of blocks have parameters of their own.');
  const [name] = given.positionals;
  const all = proofLists.flatMap(({ block, targets }) => targets.map((target) => ({ block, target })));
  const quick = (chosen: readonly Chosen[]): readonly Chosen[] =>
    given.flags.has('thorough') ? chosen : chosen.filter(({ target }) => !target.thorough);
  if (name === undefined) return quick(all);
  const found = all.filter(({ block }) => block === name);
  if (found.length === 0)
    throw unknownChoice(
      'block or part with proofs',
      name,
      proofLists.map(({ block }) => block),
    );
  const short = quick(found);
  return short.length > 0 ? short : found;
};

interface Work extends Chosen {
  readonly properties: readonly string[];
}

/** The properties to prove of each target: those that --property names, or all. @throws UsageError */
const chosenProperties = (given: Arguments, chosen: readonly Chosen[]): readonly Work[] => {
  const all = chosen.map((each) => ({ ...each, properties: propertiesOf(each.target) }));
  const wanted = given.options.property;
  if (wanted === undefined) return all;
  const known = [...new Set(all.flatMap(({ properties }) => properties))];
  const unknown = wanted.find((name) => !known.includes(name));
  if (unknown !== undefined) throw unknownChoice('property', unknown, known);
  return all
    .map((each) => ({ ...each, properties: each.properties.filter((name) => wanted.includes(name)) }))
    .filter(({ properties }) => properties.length > 0);
};

/** Proves two targets at a time, as Yosys has two threads. */
const proveAll = async (work: readonly Work[], limits: ProveOptions): Promise<readonly ProofRow[]> => {
  const progress = startProgress('Proving', work.length, 'modules');
  const rows: (readonly ProofRow[])[] = [];
  let next = 0;
  let done = 0;
  const lane = async (): Promise<void> => {
    for (let at = next++; at < work.length; at = next++) {
      const one = work[at];
      if (one === undefined) return;
      const { block, target, properties, own } = one;
      rows[at] = await proveTarget(block, target, {
        ...limits,
        properties,
        sources: projectRoot(),
        ...(own === undefined ? {} : { testOf: ownProofTest(own, target.parameters) }),
        onEngine: (engine, open) => progress.update(done, `${block}, ${target.name}: ${engine} on ${open} properties`),
      });
      done += 1;
      progress.update(done, `${block}, ${target.name}`);
    }
  };
  try {
    await Promise.all([lane(), lane()]);
  } finally {
    progress.finish();
  }
  return rows.flat();
};

const failureText = (row: ProofRow): readonly string[] => {
  const head = `${row.block}, ${row.target}: '${row.property}' (${row.source})`;
  if (row.files === null) return [`${head} can never come`];
  const { waves, test, command } = row.files;
  return [`${head} fails in cycle ${row.depth - 1}`, `  again:  ${command}`, `  test:   ${test}`, `  waves:  ${waves}`];
};

export const prove: Verb = {
  name: 'prove',
  summary: 'Prove the properties of blocks and parts for all time, or find how they fail',
  args: {
    block: blockArgument('Block or part to prove (all when left out)'),
    ...moduleArgument,
    set: {
      type: 'string',
      valueHint: 'name=value',
      description: 'With a file of your own: set a parameter; may be repeated',
    },
    property: { type: 'string', valueHint: 'NAME', description: 'Prove this property alone; may be repeated' },
    depth: { type: 'string', valueHint: 'N', description: 'Cycles that the search for bugs looks at' },
    thorough: { type: 'boolean', description: 'The long proofs of every block as well, with more time for each' },
  },
  async run(given): Promise<Answer> {
    const thorough = given.flags.has('thorough');
    const depth = numberOption(given, 'depth', thorough ? 60 : 20);
    const work = chosenProperties(given, await chosenTargets(given));
    if (work.every(({ properties }) => properties.length === 0))
      throw new UsageError(
        `There is nothing to prove${work[0]?.own === undefined ? '' : `: ${work[0].block} has no m.assert(condition, 'what holds') and no m.cover`}.`,
      );
    const rows = await proveAll(work, { depth, seconds: thorough ? 600 : 60 });
    const failed = rows.filter(({ verdict }) => verdict === 'failed');
    const text = [
      table(
        [
          ['block', 'parameters', 'property', 'verdict', 'engine', 'source', 'depth', 'seconds'],
          ...rows.map((row) => [
            row.block,
            describeParameters(row.parameters),
            row.flavour === 'cover' ? `${row.property} (can come)` : row.property,
            row.verdict,
            row.engine,
            row.source,
            String(row.depth),
            row.seconds.toFixed(1),
          ]),
        ],
        6,
      ),
      ...failed.flatMap((row) => ['', ...failureText(row)]),
    ].join('\n');
    return { value: rows, text, code: failed.length > 0 ? 1 : 0 };
  },
};
