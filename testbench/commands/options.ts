/** Options that carry more than one value. */
import { UsageError, unknownChoice } from './errors.ts';
import type { Arguments } from './verb.ts';

const assignment = (text: string, option: string): readonly [string, string] => {
  const at = text.indexOf('=');
  if (at < 1)
    throw new UsageError(`Option --${option} takes name=value, as in --${option} dataWidth=128, not '${text}'.`);
  return [text.slice(0, at), text.slice(at + 1)];
};

/** What a repeated option assigns, each name once. @throws UsageError */
export const assignments = (given: Arguments, option: string): Readonly<Record<string, string>> => {
  const pairs = (given.options[option] ?? []).map((text) => assignment(text, option));
  const twice = pairs.find(([name], index) => pairs.findIndex(([other]) => other === name) !== index);
  if (twice !== undefined) throw new UsageError(`Option --${option} gives ${twice[0]} twice; give it once.`);
  return Object.fromEntries(pairs);
};

/** The words of a comma-separated option, each one of the choices. @throws UsageError */
export const listOption = <Choice extends string>(
  given: Arguments,
  name: string,
  choices: readonly Choice[],
  fallback: readonly Choice[],
): readonly Choice[] => {
  const lists = given.options[name];
  if (lists === undefined) return fallback;
  const texts = lists.flatMap((list) => {
    const items = list.split(',');
    if (items.includes('')) throw new UsageError(`Option --${name} ${list} has an empty item; leave out one comma.`);
    return items;
  });
  return texts.map((text) => {
    const choice = choices.find((candidate) => candidate === text);
    if (choice === undefined) throw unknownChoice(`value of --${name}`, text, choices);
    return choice;
  });
};
