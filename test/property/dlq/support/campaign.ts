/** Multiplies the runs, for a long campaign by hand. */
export const campaign = Number(process.env['CVOPS_CAMPAIGN'] ?? 1);

/** Options of a suite: a campaign gets as many times longer, too. A bound for what hangs, ms. */
export const PATIENT = { timeout: 300_000 * campaign };
