/** What the model keeps of what is owed, the hardware keeps too. */
import { owedTests, parameters } from '../../../../model/hardware/resource-access-controller/owed-tests.ts';
import { elaborate } from '../../../../rtl/hdl/index.ts';
import { resourceAccessController } from '../../../../rtl/resource-access-controller/controller.ts';
import { resourceAccessControllerParameters } from '../../../../rtl/resource-access-controller/interface.ts';
import { rtlWay } from '../../ways.ts';

const all = resourceAccessControllerParameters(parameters);
const hardware = rtlWay(elaborate(resourceAccessController(all)));

owedTests(() => {
  hardware.reset();
  return { ...hardware, parameters: all };
});
