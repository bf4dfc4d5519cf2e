import {
  readClockInput,
  readControlInput,
  readFaultRule,
  readFreeTierSteering,
  readPlanted,
  readPlantedMetrics,
  readSteering,
} from './control-input.ts';
import type { Reply } from './protocols/reply.ts';
import type { Simulator } from './simulator.ts';

/**
 * The simulator's own API, below `/_simulator/`:
 * `GET clock`, `POST clock {advanceMs?, rate?}`, `GET|POST|DELETE faults[/id]`, `GET outbox`, `GET|POST queues/REGION/NAME`,
 * `POST functions/REGION/NAME`, `POST reset`, `GET health`,
 * `POST metrics[/REGION]`, `POST freetier`.
 * Answers JSON; undefined for an unknown path. Throws where the body asks for what cannot be.
 */
export async function control(
  simulator: Simulator,
  method: string,
  path: string,
  body: Buffer,
): Promise<Reply | undefined> {
  const input = readControlInput(body);
  const [noun = '', id, name = ''] = path.split('/');
  const region = id === undefined || id === '' ? undefined : id;
  switch (`${method} ${noun}`) {
    case 'GET health':
      return json({ status: 'ok', endpoint: simulator.endpoint, pid: process.pid });
    case 'GET clock':
      return json(clockState(simulator));
    case 'POST clock': {
      const { rate, advanceMs } = readClockInput(input);
      if (rate !== undefined) simulator.clock.setRate(rate);
      if (advanceMs !== undefined) await simulator.clock.advance(advanceMs);
      return json(clockState(simulator));
    }
    case 'GET faults':
      return json({ faults: simulator.faults.rules });
    case 'POST faults':
      return json(simulator.faults.add(readFaultRule(input)));
    case 'DELETE faults':
      if (id === undefined || id === '') simulator.faults.clear();
      else if (!simulator.faults.remove(id)) return undefined;
      return json({ faults: simulator.faults.rules });
    case 'GET outbox':
      return json({ mails: simulator.regions.flatMap((region) => region.sns.outbox) });
    case 'GET queues': {
      const messages = simulator.region(region).sqs.content(name);
      return messages === undefined ? undefined : json({ messages });
    }
    case 'POST queues': {
      const messageIds = simulator.region(region).sqs.plant(name, readPlanted(input));
      return messageIds === undefined ? undefined : json({ messageIds });
    }
    case 'POST functions':
      return simulator.region(region).lambda.steer(name, readSteering(input)) ? json({ status: 'ok' }) : undefined;
    case 'POST metrics':
      return json({ points: simulator.region(region).cloudwatch.plant(readPlantedMetrics(input)) });
    case 'POST freetier':
      simulator.freeTier.steer(readFreeTierSteering(input));
      return json({ status: 'ok' });
    case 'POST reset':
      await simulator.reset();
      return json({ status: 'ok' });
    default:
      return undefined;
  }
}

function clockState(simulator: Simulator) {
  return { now: new Date(simulator.clock.now()).toISOString(), rate: simulator.clock.rate };
}

function json(value: unknown): Reply {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}
