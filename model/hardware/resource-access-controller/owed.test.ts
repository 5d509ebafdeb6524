import { createResourceAccessControllerModel } from './model.ts';
import { owedTests, parameters } from './owed-tests.ts';

owedTests(() => createResourceAccessControllerModel(parameters));
