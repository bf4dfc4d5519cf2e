import fc from 'fast-check';

// In CI the drawn cases are the same each time, so that a change is judged by what it changes. Everywhere else, and in
// campaigns, they are new ones; a failure prints its seed.
if (process.env['CI'] === 'true' && process.env['CVOPS_CAMPAIGN'] === undefined)
  fc.configureGlobal({ seed: 20_260_807 });
