/** The parameters of what is compared: some units and the keeper that they share. */
import {
  type MemoryManagementSystemParameters,
  type MemoryManagementSystemParameterValues,
  memoryManagementSystemParameterSchema,
} from '../../../../rtl/memory-management-unit/system.ts';
import { checkParameters } from '../../../../rtl/parts/parameters.ts';

export { keeperParameters, unitParameters } from '../../../../rtl/memory-management-unit/system.ts';

export const systemParameterSchema = memoryManagementSystemParameterSchema;
export type SystemParameterValues = MemoryManagementSystemParameterValues;
export type SystemParameters = MemoryManagementSystemParameters;

/** @throws ParameterError naming the parameter, its value and what is allowed */
export const systemParameters = (values: SystemParameterValues = {}): SystemParameters =>
  checkParameters(systemParameterSchema, values, 'memory_management_unit');
