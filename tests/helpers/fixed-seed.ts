/** Property tests draw anew on every run at a desk. In the gate they draw the same, so that it judges the change and not the dice. */
import fc from 'fast-check';

const GATE_SEED = 20_261_121;

if (process.env['CI']) fc.configureGlobal({ seed: GATE_SEED });
