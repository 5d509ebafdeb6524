/**
 * The memory management unit and its keeper in software, exact to the cycle.
 *
 *     const unit = createMemoryManagementUnitModel({ entries: 16 });
 *     const keeper = createMemoryKeeperModel({ units: 1 });
 *     keeper.show(keeperOutputs); // Outputs depend on the state only: wire them to the unit, then step both.
 */
export { createMemoryKeeperModel, type MemoryKeeperModel } from './keeper.ts';
export { createMemoryManagementUnitModel, type MemoryManagementUnitModel } from './model.ts';
