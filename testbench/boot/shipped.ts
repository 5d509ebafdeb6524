/** The scenarios that ship with the project. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const shippedScenarios = [
  'memory-dies',
  'disk-hangs',
  'encrypted-beside-plain',
  'console-babbles',
  'two-guests',
  'second-disk-survives',
  'captures-to-clients',
] as const;

/** The path of a scenario that ships, from the sources as from the bundle. */
export const scenarioPath = (name: string): string => {
  const paths = ['./scenarios/', '../testbench/boot/scenarios/'].map((folder) =>
    fileURLToPath(new URL(`${folder}${name}.scenario`, import.meta.url)),
  );
  return paths.find((path) => existsSync(path)) ?? paths[0]!;
};
