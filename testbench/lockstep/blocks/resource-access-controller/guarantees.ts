/** What a scenario promises: the ports and resources of which nothing may ever be faked or lost. */
import type { ResourceAccessControllerParameters } from '../../../../rtl/resource-access-controller/interface.ts';
import { advisedTimeout } from './advised-timeout.ts';
import { registers } from './registers.ts';
import type { DeviceScript, RacScenario } from './scenario.ts';

export interface Guarantees {
  readonly ports: readonly boolean[];
  readonly resources: readonly boolean[];
}

/** Whether a write may change which accesses are faked, refused or sent where. */
const steers = (address: number): boolean =>
  address === registers.portIsolate ||
  (address >= registers.timeout && address < registers.errors) ||
  address >= registers.baseLow;

const nothing = (p: ResourceAccessControllerParameters): Guarantees => ({
  ports: Array.from({ length: p.ports }, () => false),
  resources: Array.from({ length: p.resources }, () => false),
});

/**
 * A port is safe when its device is healthy and nothing that leads there has a limit of errors or a timeout shorter than the page advises; a resource, when it lies
 * at safe ports alone. Scenarios that rewrite their programme or are reset promise nothing.
 */
export const guaranteesOf = (scenario: RacScenario, p: ResourceAccessControllerParameters): Guarantees => {
  const rewritten = scenario.accesses.some((access) => access.kind === 'write' && steers(access.address));
  if (rewritten || scenario.resets.length > 0) return nothing(p);
  const words = new Map(scenario.settings.map(({ address, data }) => [address, data]));
  const word = (address: number): number => words.get(address) ?? 0;
  const patient = (resource: number, device: DeviceScript): boolean => {
    const timeout = words.get(registers.timeout + 4 * resource) ?? -1;
    const waits = timeout === 0 || timeout >= advisedTimeout(device, scenario, p);
    return waits && word(registers.errorLimit + 4 * resource) === 0;
  };
  const entries = Array.from({ length: p.entries }, (_, index) => word(registers.control + 4 * index))
    .filter((control) => (control & 1) === 1)
    .map((control) => ({ resource: (control >>> 8) & 0xff, port: (control >>> 16) & 0xff }))
    .filter(({ resource, port }) => resource < p.resources && port < p.ports);
  const ports = Array.from({ length: p.ports }, (_, port) => {
    const device = scenario.devices[port];
    if (device === undefined || device.behaviour.faults.length > 0) return false;
    return entries.every((entry) => entry.port !== port || patient(entry.resource, device));
  });
  const resources = Array.from({ length: p.resources }, (_, resource) =>
    entries.every((entry) => entry.resource !== resource || ports[entry.port] === true),
  );
  return { ports, resources };
};
