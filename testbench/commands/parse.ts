import { parseArgs } from 'node:util';
import { type ArgsDef, renderUsage } from 'citty';
import { UsageError, unknownChoice } from './errors.ts';
import type { Arguments, Verb } from './verb.ts';

/** Options that every verb takes. */
const common: ArgsDef = {
  json: { type: 'boolean', description: 'Print one JSON value on standard output and nothing else there' },
  help: { type: 'boolean', alias: 'h', description: 'Show this text' },
};

const allArgs = (verb: Verb): ArgsDef => ({ ...verb.args, ...common });

export const usageOf = (verb: Verb): Promise<string> =>
  renderUsage({
    meta: { name: `portcullis ${verb.name}`, description: verb.summary },
    args: allArgs(verb),
  });

/**
 * Reads a verb's arguments. Every option may be repeated and gathers its values.
 * @throws UsageError naming the option and the nearest valid one.
 */
export const parseArguments = (verb: Verb, raw: readonly string[]): Arguments => {
  const definitions = Object.entries(allArgs(verb));
  const options = definitions.filter(([, { type }]) => type !== 'positional');
  const config = Object.fromEntries(
    options.map(([name, definition]) => [
      name,
      definition.type === 'boolean'
        ? ({ type: 'boolean', ...(name === 'help' ? { short: 'h' } : {}) } as const)
        : ({ type: 'string', multiple: true } as const),
    ]),
  );
  const { tokens } = parseArgs({
    args: [...raw],
    options: config,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const given: Record<string, string[]> = {};
  const flags = new Set<string>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const definition = config[token.name];
    if (definition === undefined) {
      throw unknownChoice(
        `option of '${verb.name}'`,
        token.rawName,
        options.map(([name]) => `--${name}`),
      );
    }
    if (definition.type === 'boolean') {
      if (token.value !== undefined)
        throw new UsageError(`Option ${token.rawName} takes no value; leave out '${token.value}'.`);
      flags.add(token.name);
      continue;
    }
    if (token.value === undefined || token.value === '' || token.value.startsWith('--')) {
      throw new UsageError(
        `Option ${token.rawName} needs a value, as in ${token.rawName} ${definitions.find(([name]) => name === token.name)?.[1].valueHint ?? 'VALUE'}.`,
      );
    }
    given[token.name] = [...(given[token.name] ?? []), token.value];
  }
  const places = definitions.filter(([, { type }]) => type === 'positional');
  if (verb.countsPlain === undefined && positionals.length > places.length) {
    throw new UsageError(
      `'${verb.name}' takes ${places.length === 0 ? 'no' : `at most ${places.length}`} plain argument${places.length === 1 ? '' : 's'}; '${positionals[places.length]}' is one too many.`,
    );
  }
  return { positionals, options: given, flags };
};
