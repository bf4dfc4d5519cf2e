import type { Context } from '../../lib/context.ts';
import type { SystemModel } from '../../lib/usage/forecast/system-model.ts';

/** The model with what the configuration tells of the system: whether its queue is a FIFO queue. */
export async function modelInUse(model: SystemModel, context: Context): Promise<SystemModel> {
  const services = Object.values((await context.config()).services);
  const queue = services.find((service) => service.function !== undefined && service.queue !== undefined)?.queue;
  return queue === undefined ? model : { ...model, queue: { ...model.queue, fifo: queue.endsWith('.fifo') } };
}
