/** The interconnect in software, exact to the cycle. */
export { createInterconnectModel, type InterconnectModel } from './model.ts';
