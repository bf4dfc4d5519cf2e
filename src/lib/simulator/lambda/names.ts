import { ApiError } from '../kernel/api-error.ts';
import { constraint, invalidParameter, notFound, validation } from './errors.ts';

/** A function, perhaps with a version or alias, as a request names it. */
export interface FunctionReference {
  readonly name: string;
  readonly qualifier: string | undefined;
}

/** Where a name is read: references to other regions and accounts are refused. */
export interface Place {
  readonly name: string;
  readonly accountId: string;
}

const REGION = '((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?';
const CREATE_PATTERN = `(arn:(aws[a-zA-Z-]*)?:lambda:)?${REGION}(\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?`;
const NAME_PATTERN = `(arn:(aws[a-zA-Z-]*)?:lambda:)?${REGION}(\\d{12}:)?(function:)?([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?`;
const QUALIFIER_PATTERN = '\\$(LATEST(\\.PUBLISHED)?)|[a-zA-Z0-9-_$]+';
/** Capture groups of the two name patterns. */
const GROUP = { region: 3, account: 9, name: 11, qualifier: 13 } as const;

/** The longest name that CreateFunction takes, as bare name and as ARN. */
const CREATE_NAME_LENGTH = 64;
const CREATE_ARN_LENGTH = 140;
const NAME_LENGTH = 256;
const QUALIFIER_LENGTH = 128;

export const LATEST = '$LATEST';

/** `arn:aws:lambda:…:function:name[:qualifier]`. */
export function functionArn(place: Place, name: string, qualifier?: string): string {
  const arn = `arn:aws:lambda:${place.name}:${place.accountId}:function:${name}`;
  return qualifier === undefined ? arn : `${arn}:${qualifier}`;
}

/**
 * Reads a name, partial ARN or ARN, each with or without qualifier
 * (https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html#API_GetFunction_RequestSyntax).
 * @throws ApiError ValidationException, InvalidParameterValueException when name and parameter name two qualifiers,
 * ResourceNotFoundException for another region, AccessDeniedException for another account.
 */
export function readReference(place: Place, functionName: unknown, qualifier?: unknown): FunctionReference {
  const name = String(functionName);
  const problems: string[] = [];
  if (qualifier !== undefined) problems.push(...qualifierProblems(String(qualifier)));
  if (name.length > NAME_LENGTH) problems.push(constraint(name, 'functionName', tooLong(NAME_LENGTH)));
  const match = whole(NAME_PATTERN).exec(name);
  if (match === null) problems.push(constraint(name, 'functionName', mustMatch(NAME_PATTERN)));
  if (match === null || problems.length > 0) throw validation(...problems);
  const own = checkPlace(place, match);
  if (qualifier !== undefined && own !== undefined && own !== qualifier) {
    throw invalidParameter('The derived qualifier from the function name does not match the specified qualifier.');
  }
  return { name: match[GROUP.name]!, qualifier: qualifier === undefined ? own : String(qualifier) };
}

/** As `readReference`, under the tighter rules of CreateFunction; a qualifier is dropped. */
export function readNewName(place: Place, functionName: unknown): string {
  const given = String(functionName);
  const problems: string[] = [];
  if (given.length > CREATE_ARN_LENGTH) problems.push(constraint(given, 'functionName', tooLong(CREATE_ARN_LENGTH)));
  const match = whole(CREATE_PATTERN).exec(given);
  if (match === null) problems.push(constraint(given, 'functionName', mustMatch(CREATE_PATTERN)));
  if (match === null || problems.length > 0) throw validation(...problems);
  checkPlace(place, match);
  const name = match[GROUP.name]!;
  if (name.length > CREATE_NAME_LENGTH) {
    throw invalidParameter(
      `1 validation error detected: ${constraint(name, 'functionName', tooLong(CREATE_NAME_LENGTH))}`,
    );
  }
  return name;
}

/** Whether a qualifier can only be an alias: neither a number nor one with `$`. */
export function isAliasName(qualifier: string): boolean {
  return /^(?!^[0-9]+$)[a-zA-Z0-9-_]+$/.test(qualifier);
}

function checkPlace(place: Place, match: RegExpExecArray): string | undefined {
  const region = match[GROUP.region]?.slice(0, -1);
  if (region !== undefined && region !== place.name) {
    throw notFound(`Functions from '${region}' are not reachable in this region ('${place.name}')`);
  }
  const account = match[GROUP.account]?.slice(0, -1);
  if (account !== undefined && account !== place.accountId) {
    throw new ApiError('AccessDeniedException', '', { status: 403, fields: { Message: null } });
  }
  return match[GROUP.qualifier];
}

function qualifierProblems(qualifier: string): string[] {
  const problems: string[] = [];
  if (qualifier.length > QUALIFIER_LENGTH) {
    problems.push(constraint(qualifier, 'qualifier', tooLong(QUALIFIER_LENGTH)));
  }
  if (!whole(QUALIFIER_PATTERN).test(qualifier)) {
    problems.push(constraint(qualifier, 'qualifier', mustMatch(QUALIFIER_PATTERN)));
  }
  return problems;
}

function whole(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`);
}

function tooLong(length: number): string {
  return `Member must have length less than or equal to ${length}`;
}

function mustMatch(pattern: string): string {
  return `Member must satisfy regular expression pattern: ${pattern}`;
}
