/** Designs of the user's own on the command line: a file where a block's name could stand. */
import type { ArgsDef } from 'citty';
import { type Design, designIn, isDesignFile, packageOf } from '../designs/choose-design.ts';
import type { Block } from './blocks.ts';
import { UsageError } from './errors.ts';
import { type Arguments, optionOf } from './verb.ts';

/** For the arguments of verbs that take a design where they take a block. */
export const moduleArgument: ArgsDef = {
  module: {
    type: 'string',
    valueHint: 'NAME',
    description:
      'With a file of your own: which of the modules that it exports; the only one, or the default export, when left out',
  },
};

/** What the place of a block says of itself, ended by what it means when nothing stands there. */
export const blockArgument = (summary: string): ArgsDef[string] => ({
  type: 'positional',
  required: false,
  description: `${summary}, or a TypeScript file of your own that exports a module`,
});

const blockOf = (design: Design): Block => {
  const { name, version, path } = packageOf(design.file);
  return {
    name: design.name,
    summary: `${design.name}, from ${path}`,
    whole: true,
    schema: design.schema,
    ways: ['rtl', 'verilog', 'gates'],
    own: { design, core: { library: `${name}:designs`, version } },
    parameters: design.parameters,
    definition: design.definition,
    registers: () => null,
  };
};

/** The design that the first plain argument names; null where it names no file. @throws DesignError, UsageError */
export const ownDesign = async (given: Arguments): Promise<Block | null> => {
  const [word] = given.positionals;
  const wanted = optionOf(given, 'module');
  if (word !== undefined && isDesignFile(word)) return blockOf(await designIn(word, wanted));
  if (wanted !== undefined)
    throw new UsageError(
      `Option --module ${wanted} names a module of a file of yours; name the file as well, as in design.ts --module ${wanted}.`,
    );
  return null;
};
