/** The parameters of what is compared: some units and the keeper that they share. */
import {
  type MemoryKeeperParameters,
  type MemoryManagementUnitParameters,
  memoryKeeperParameterSchema,
  memoryKeeperParameters,
  memoryManagementUnitParameterSchema,
  memoryManagementUnitParameters,
} from '../../../../rtl/memory-management-unit/interface.ts';
import {
  checkParameters,
  type Parameters,
  type ParameterValues,
  parameters,
} from '../../../../rtl/parts/parameters.ts';

export const systemParameterSchema = parameters({
  ...memoryManagementUnitParameterSchema,
  units: memoryKeeperParameterSchema.units,
});

export type SystemParameterValues = ParameterValues<typeof systemParameterSchema>;
export type SystemParameters = Parameters<typeof systemParameterSchema>;

/** @throws ParameterError naming the parameter, its value and what is allowed */
export const systemParameters = (values: SystemParameterValues = {}): SystemParameters =>
  checkParameters(systemParameterSchema, values, 'memory_management_unit');

export const unitParameters = ({ units: _, ...unit }: SystemParameters): MemoryManagementUnitParameters =>
  memoryManagementUnitParameters(unit);

export const keeperParameters = (p: SystemParameters): MemoryKeeperParameters =>
  memoryKeeperParameters({
    dataWidth: p.dataWidth,
    addressWidth: p.addressWidth,
    formWidth: p.formWidth,
    cookieWidth: p.cookieWidth,
    cookieIndexWidth: p.cookieIndexWidth,
    units: p.units,
  });
