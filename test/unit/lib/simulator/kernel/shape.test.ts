import * as cloudtrail from '@aws-sdk/client-cloudtrail';
import * as cloudwatch from '@aws-sdk/client-cloudwatch';
import * as logs from '@aws-sdk/client-cloudwatch-logs';
import * as dynamodb from '@aws-sdk/client-dynamodb';
import * as lambda from '@aws-sdk/client-lambda';
import * as sns from '@aws-sdk/client-sns';
import * as sqs from '@aws-sdk/client-sqs';
import * as sts from '@aws-sdk/client-sts';
import { afterAll, describe, expect, it } from 'vitest';
import { checkMembers, type Shape, type Structure } from '../../../../../src/lib/simulator/kernel/shape.ts';
import { Simulator } from '../../../../../src/lib/simulator/simulator.ts';

const item: Structure = {
  Name: 'text',
  Count: 'number',
  On: 'flag',
  Bytes: 'blob',
  At: 'time',
  List: ['list', () => item],
  Map: ['map', 'text'],
};
const checked = (input: Record<string, unknown>, encoding?: 'text') => {
  checkMembers(input, item, encoding);
  return input;
};

describe('the members of a request', () => {
  it('pass when they are what their shapes say, and those that no shape knows always', () => {
    const input = {
      Name: 'n',
      Count: 1.5,
      On: false,
      Bytes: 'AA==',
      At: 1,
      List: [{ Name: 'deep' }],
      Map: { a: 'b' },
      Other: { x: [null] },
    };
    expect(checked(structuredClone(input))).toEqual(input);
    expect(checked({ At: '2026-01-01T00:00:00Z', Bytes: Uint8Array.of(1) })).toBeDefined();
  });

  it('are left out where they are null, at every depth', () => {
    expect(checked({ Name: null, Count: 1, List: [{ Name: null, On: true }], Other: null })).toEqual({
      Count: 1,
      List: [{ On: true }],
    });
  });

  it.each([
    [{ Name: 5 }, 'NUMBER_VALUE cannot be converted to String'],
    [{ Name: true }, 'TRUE_VALUE cannot be converted to String'],
    [{ Name: [] }, 'Start of list found where not expected'],
    [{ Name: {} }, 'Start of structure or map found where not expected.'],
    [{ Count: '5' }, 'STRING_VALUE cannot be converted to Number'],
    [{ On: 'true' }, 'STRING_VALUE cannot be converted to Boolean'],
    [{ List: {} }, 'Start of structure or map found where not expected.'],
    [{ List: 'x' }, 'Unexpected value type in payload'],
    [{ List: ['x'] }, 'Unexpected value type in payload'],
    [{ List: [[]] }, 'Start of list found where not expected'],
    [{ List: [{ List: [{ Map: { a: 1 } }] }] }, 'NUMBER_VALUE cannot be converted to String'],
    [{ At: 1e20 }, 'The time is out of range.'],
    [{ Map: [] }, 'Start of list found where not expected'],
  ])('%j is refused: %s', (input, message) => {
    expect(() => checked(input)).toThrowError(expect.objectContaining({ code: 'SerializationException', message }));
  });

  it.each([
    [{ List: [{}, null] }, 'list.2.member'],
    [{ Map: { a: null } }, 'map.a.member'],
    [{ List: [{ Map: { a: null } }] }, 'list.1.member.map.a.member'],
  ])('%j is refused: null at %s', (input, path) => {
    const message = `1 validation error detected: Value null at '${path}' failed to satisfy constraint: Member must not be null`;
    expect(() => checked(input)).toThrowError(expect.objectContaining({ code: 'ValidationException', message }));
  });

  it('are text in the query protocol, whatever they mean', () => {
    expect(checked({ Count: '5', On: 'true', List: [{ Name: 'x' }] }, 'text')).toBeDefined();
    expect(checked({ List: '', Map: '', Name: '' }, 'text')).toEqual({ Name: '' });
    expect(() => checked({ List: 'x' }, 'text')).toThrowError(expect.objectContaining({ code: 'MalformedInput' }));
  });
});

// The models that the SDK's clients carry: [3, _, name, _, members, types] is a structure, 1 a list, 2 a map, 9 an
// operation; a number is a scalar, plus 64 a list of it, plus 128 a map.
// biome-ignore lint/suspicious/noExplicitAny: not typed by the SDK
type Model = any;
const MODELS: Readonly<Record<string, object>> = { sqs, lambda, cloudwatch, logs, dynamodb, sns, sts, cloudtrail };
const SCALARS: Readonly<Record<number, Shape>> = { 0: 'text', 1: 'number', 2: 'flag', 17: 'number', 19: 'number' };

function modelOf(schema: Model): Model {
  let model = schema;
  for (;;) {
    if (typeof model === 'function') model = model();
    else if (Array.isArray(model) && (model.length === 2 || typeof model[0] !== 'number')) model = model[0];
    else if (Array.isArray(model) && model[0] === 0) model = model[4];
    else return model;
  }
}

/** What in the shape is not so in the model. */
function differences(shape: Shape, schema: Model, path: string, seen: ReadonlySet<Shape> = new Set()): string[] {
  const model = modelOf(schema);
  if (typeof shape === 'function') return [];
  if (seen.has(shape) && typeof shape === 'object') return [];
  if (typeof model === 'number' && model >= 64) {
    const kind = model >= 128 ? 'map' : 'list';
    return Array.isArray(shape) && shape[0] === kind ? differences(shape[1], model % 64, path, seen) : [path];
  }
  if (typeof model === 'number') {
    const scalar = SCALARS[model] ?? (model >= 4 && model <= 7 ? 'time' : model === 15 ? 'any' : 'blob');
    return shape === scalar ? [] : [`${path}: ${String(shape)} for ${scalar}`];
  }
  if (model[0] === 1 || model[0] === 2) {
    const [kind, of] = model[0] === 1 ? ['list', model[4]] : ['map', model[5]];
    return Array.isArray(shape) && shape[0] === kind ? differences(shape[1], of, `${path}[]`, seen) : [path];
  }
  if (typeof shape === 'string' || Array.isArray(shape)) return [path];
  return Object.entries(shape as Structure).flatMap(([name, member]) => {
    const i = (model[4] as string[]).indexOf(name);
    return i < 0
      ? [`${path}.${name} is not in the model`]
      : differences(member, model[5][i], `${path}.${name}`, new Set([...seen, shape]));
  });
}

describe('the shapes of the simulator', () => {
  const simulator = new Simulator();
  afterAll(() => simulator.close());
  const services = simulator.region().services;

  it.each(services.filter(({ id }) => id in MODELS).map((service) => [service.id, service] as const))(
    'of %s are those of the model that the SDK carries',
    (id, { shapes = {} }) => {
      const operations = Object.values(MODELS[id]!).filter((each: Model) => Array.isArray(each) && each[0] === 9);
      const found = Object.entries(shapes).flatMap(([name, shape]) => {
        const operation = operations.find((each: Model) => each[2] === name);
        return operation === undefined ? [`no ${name}`] : differences(shape, (operation as Model)[4], name);
      });
      expect(found).toEqual([]);
      expect(Object.keys(shapes).length).toBeGreaterThan(0);
    },
  );

  it.each(services.filter(({ jsonTargets }) => jsonTargets !== undefined).map((each) => [each.id, each] as const))(
    'cover every operation of %s',
    (_, { operations, shapes = {} }) => {
      expect(Object.keys(operations).filter((name) => !(name in shapes))).toEqual([]);
    },
  );
});
