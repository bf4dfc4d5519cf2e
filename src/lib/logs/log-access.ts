/** What stands in the way of a log that cannot be read: there is none, or the caller may not look. */
export const LOG_ACCESS = 'there is none, or the IAM action logs:FilterLogEvents is not allowed';
