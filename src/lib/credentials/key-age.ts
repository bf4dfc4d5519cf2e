/** What AWS's own checks take as old. https://docs.aws.amazon.com/config/latest/developerguide/access-keys-rotated.html */
export const MAX_KEY_AGE_DAYS = 90;
