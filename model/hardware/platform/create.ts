/** Makes platforms over any kind of machine. */
import { diskBlockBytes, type PlatformParameters, platformParameters } from '../../../rtl/platform/interface.ts';
import type { CreatePlatform, Platform, PlatformOptions, PlatformRequest, ResolvedOptions, Way } from './interface.ts';
import type { Machine } from './machine.ts';
import { createModelMachine } from './model-machine.ts';
import { replay } from './replay.ts';
import { SimulatedPlatform } from './simulated-platform.ts';

const pageBytes = 4096;

const within = (name: string, value: number, least: number, most: number): void => {
  if (!Number.isInteger(value) || value < least || value > most)
    throw new RangeError(`option '${name}' is ${value}, but it must be an integer from ${least} to ${most}`);
};

/** Options with what is left out. @throws RangeError naming what is wrong */
export const resolveOptions = (given: PlatformOptions): ResolvedOptions => {
  const options: ResolvedOptions = {
    memoryBytes: 64 * 2 ** 20,
    memoryLatency: 16,
    persistent: false,
    diskBlocks: 4096,
    sectorCycles: 128,
    history: false,
    ...given,
  };
  within('memoryBytes', options.memoryBytes, pageBytes, 2 ** 32);
  if (options.memoryBytes % pageBytes !== 0)
    throw new RangeError(`option 'memoryBytes' is ${options.memoryBytes}, but it must be a multiple of ${pageBytes}`);
  within('memoryLatency', options.memoryLatency, 1, 1000);
  within('diskBlocks', options.diskBlocks, 1, 2 ** 32 / diskBlockBytes);
  within('sectorCycles', options.sectorCycles, 1, 10 ** 6);
  return options;
};

/**
 * Makes a platform over a machine.
 *
 * @throws ParameterError, RangeError naming what cannot be built
 */
export const createPlatform = async (
  on: Way,
  request: PlatformRequest,
  createMachine: (p: PlatformParameters) => Machine | Promise<Machine>,
): Promise<Platform> => {
  const { snapshot } = request;
  const parameters = platformParameters(snapshot?.parameters ?? request.parameters);
  const options = resolveOptions(snapshot?.options ?? request.options ?? {});
  const platform = new SimulatedPlatform(on, await createMachine(parameters), parameters, options);
  if (snapshot !== undefined) replay(platform, snapshot);
  return platform;
};

/** A platform over the models of its blocks. */
export const createModelPlatform: CreatePlatform = (request = {}) =>
  createPlatform('model', request, (p) => createModelMachine(p));
