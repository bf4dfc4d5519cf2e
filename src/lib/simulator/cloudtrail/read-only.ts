/** Whether CloudTrail calls an operation read-only; by its name, as AWS's names go. */
export function isReadOnly(eventName: string): boolean {
  return /^(Get|List|Describe|Lookup|Head|BatchGet)/.test(eventName);
}
