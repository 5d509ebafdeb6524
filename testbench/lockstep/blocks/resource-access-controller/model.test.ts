import { expect, test } from 'vitest';
import { createResourceAccessControllerModel } from '../../../../model/hardware/resource-access-controller/index.ts';
import {
  type ResourceAccessControllerParameterValues,
  resourceAccessControllerParameters,
} from '../../../../rtl/resource-access-controller/interface.ts';
import { modelWay } from '../../ways.ts';
import { runDeaths } from './deaths.ts';

const small: ResourceAccessControllerParameterValues = {
  dataWidth: 32,
  addressWidth: 40,
  idWidth: 2,
  ports: 3,
  outstanding: 3,
  resources: 5,
  entries: 6,
  timerWidth: 8,
};

test.each([{}, small])('the model alone satisfies the scoreboards when devices die: %j', (values) => {
  const p = resourceAccessControllerParameters(values);
  const { failure, deaths } = runDeaths(p, [modelWay(createResourceAccessControllerModel(p))], 30, 5);
  expect(failure).toBeNull();
  expect(deaths).toHaveLength(30);
});
