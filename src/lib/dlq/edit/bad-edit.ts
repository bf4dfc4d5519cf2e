/** An edit of one message cannot be made; says why, to the operator. */
export class BadEdit extends Error {}
