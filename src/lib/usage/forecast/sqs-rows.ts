import { SQS_CHUNK_BYTES } from '../billed-units.ts';
import type { Tariff } from '../tariff/tariff.ts';
import { type ForecastRow, forecastRow, term } from './forecast-row.ts';
import { polling } from './polling.ts';
import type { SystemModel } from './system-model.ts';

/** Sends, receives, deletes and empty receives. Lambda deletes a batch in one request. */
export function sqsRows(queries: number, model: SystemModel, tariff: Tariff): readonly ForecastRow[] {
  const even = polling(queries, model);
  const bursts = polling(queries, model, model.peak);
  const sends = queries * Math.ceil(model.queue.messageBytes / SQS_CHUNK_BYTES);
  return [
    forecastRow(tariff, {
      id: 'sqs-requests',
      service: 'SQS',
      metric: 'requests',
      unit: 'requests',
      used: sends + 2 * even.deliveries + even.empty,
      range: {
        low: sends + 2 * bursts.deliveries + Math.min(bursts.leastEmpty, even.empty),
        high: sends + 2 * queries + Math.max(even.empty, bursts.empty),
      },
      limit: 'sqs-requests',
      price: model.queue.fifo ? 'sqs-fifo-request' : 'sqs-request',
      grows: true,
      text: 'sends + receives + deletes + empty receives',
      terms: [
        term('sends', sends, 'requests', '--queries'),
        term('receives', even.deliveries, 'requests', 'queries / messages of one invocation'),
        term('deletes', even.deliveries, 'requests', 'one a batch'),
        term('empty receives', even.empty, 'requests', 'queries / (e^μ − 1), μ = arrivals at one poller in one poll'),
        term('pollers', model.queue.pollers, '', '--pollers'),
        term('a poll without a message', model.queue.pollSeconds, 's'),
      ],
      notes: [
        'Idle pollers ask without end: the fewer the messages, the more of their polls come back empty.',
        'Lambda may go down to 2 pollers at low traffic, unless the mapping has a maximum concurrency; see --pollers 2.',
      ],
    }),
  ];
}
