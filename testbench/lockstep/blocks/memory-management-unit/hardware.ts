/** Units and their keeper as one module, with what they tell each other shown. */
import { joinedSystem, type MemoryManagementSystemParameters } from '../../../../rtl/memory-management-unit/system.ts';

export const watchedSystem = (p: MemoryManagementSystemParameters) =>
  joinedSystem(p, {
    name: 'memory_management_system',
    documentation: 'Memory management units and their keeper, for tests.',
    shows: () => true,
  });
