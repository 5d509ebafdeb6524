// Property tests draw the same cases on every machine, so that a red run can be repeated; PORTCULLIS_SEED draws others, and thorough runs draw new ones each time.
import fc from 'fast-check';

const { PORTCULLIS_SEED: seed, PORTCULLIS_THOROUGH: thorough } = process.env;
if (seed !== undefined) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(seed) });
else if (thorough !== '1') fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: 1 });
