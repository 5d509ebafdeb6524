/** The scenarios that ship with the project. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** On the bare machine. */
export const bareScenarios = [
  'memory-dies',
  'disk-hangs',
  'encrypted-beside-plain',
  'console-babbles',
  'two-guests',
  'second-disk-survives',
  'captures-to-clients',
] as const;

/** With a hypervisor and its domains: each takes as long as many of the others. */
export const hypervisorScenarios = [
  'grant-ends',
  'balloon-by-sweep',
  'memory-dies-under-guests',
  'hostile-guests',
  'share-and-snapshot',
  'packets-to-guests',
  'disk-hangs-under-guests',
  'granter-is-destroyed',
  'pages-come-and-go',
  'domains-in-turn',
  'capped-client',
  'network-port-dies',
  'the-day',
] as const;

export const shippedScenarios = [...bareScenarios, ...hypervisorScenarios];

/** The path of a scenario that ships, from the sources as from the bundle. */
export const scenarioPath = (name: string): string => {
  const paths = ['./scenarios/', '../testbench/boot/scenarios/'].map((folder) =>
    fileURLToPath(new URL(`${folder}${name}.scenario`, import.meta.url)),
  );
  return paths.find((path) => existsSync(path)) ?? paths[0]!;
};
