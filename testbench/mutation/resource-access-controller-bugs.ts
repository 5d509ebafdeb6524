/** Bugs for the resource access controller. */
import type { PlantedBug } from './planted-bugs.ts';
import { faultBugs } from './resource-access-controller-fault-bugs.ts';
import { trafficBugs } from './resource-access-controller-traffic-bugs.ts';

export const resourceAccessControllerBugs: readonly PlantedBug[] = [...trafficBugs, ...faultBugs];
