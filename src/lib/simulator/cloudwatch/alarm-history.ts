import type { Input } from '../kernel/service.ts';
import type { Alarm } from './alarm.ts';
import type { PreviousState } from './alarm-notification.ts';
import { javaJson } from './double.ts';
import { notInEnum } from './errors.ts';
import { page } from './paging.ts';

interface HistoryItem {
  readonly name: string;
  readonly type: 'ConfigurationUpdate' | 'StateUpdate' | 'Action';
  readonly at: number;
  readonly summary: string;
  readonly data: string;
}

const TYPES = ['ConfigurationUpdate', 'StateUpdate', 'Action'];
const KEPT_MS = 30 * 86_400_000;

/** AWS keeps alarm history for 30 days, also of deleted alarms. */
export class AlarmHistory {
  #items: HistoryItem[] = [];

  configured(name: string, at: number, type: 'Create' | 'Update' | 'Delete'): void {
    const done = { Create: 'created', Update: 'updated', Delete: 'deleted' }[type];
    this.#add({
      name,
      type: 'ConfigurationUpdate',
      at,
      summary: `Alarm "${name}" ${done}`,
      data: javaJson({ version: '1.0', type }),
    });
  }

  stateChanged(alarm: Alarm, previous: PreviousState): void {
    this.#add({
      name: alarm.configuration.AlarmName,
      type: 'StateUpdate',
      at: alarm.updatedAt,
      summary: `Alarm updated from ${previous.state} to ${alarm.state}`,
      data: javaJson({
        version: '1.0',
        oldState: state(previous.state, previous.reason, previous.reasonData),
        newState: state(alarm.state, alarm.reason, alarm.reasonData),
      }),
    });
  }

  acted(alarm: Alarm, action: string, failed: boolean): void {
    this.#add({
      name: alarm.configuration.AlarmName,
      type: 'Action',
      at: alarm.updatedAt,
      summary: `${failed ? 'Failed to execute' : 'Successfully executed'} action ${action}`,
      data: javaJson({
        actionState: failed ? 'Failed' : 'Succeeded',
        notificationResource: action,
        stateUpdateTimestamp: alarm.updatedAt,
      }),
    });
  }

  describe(input: Input, now: number) {
    if (input.HistoryItemType !== undefined && !TYPES.includes(input.HistoryItemType)) {
      throw notInEnum(input.HistoryItemType, 'historyItemType', TYPES);
    }
    const since = Math.max(input.StartDate ?? 0, now - KEPT_MS);
    const found = this.#items.filter(
      (item) =>
        (input.AlarmName === undefined || item.name === input.AlarmName) &&
        (input.HistoryItemType === undefined || item.type === input.HistoryItemType) &&
        item.at >= since &&
        item.at <= (input.EndDate ?? now),
    );
    if (input.ScanBy !== 'TimestampAscending') found.reverse();
    const { items, next } = page(found, input.MaxRecords ?? 100, input.NextToken);
    return {
      AlarmHistoryItems: items.map((item) => ({
        AlarmName: item.name,
        AlarmType: 'MetricAlarm',
        Timestamp: new Date(item.at),
        HistoryItemType: item.type,
        HistorySummary: item.summary,
        HistoryData: item.data,
      })),
      NextToken: next,
    };
  }

  #add(item: HistoryItem): void {
    this.#items.push(item);
    if (this.#items.length > 20_000) this.#items = this.#items.slice(-10_000);
  }
}

function state(stateValue: string, stateReason: string, reasonData: string | undefined) {
  return { stateValue, stateReason, stateReasonData: reasonData === undefined ? undefined : JSON.parse(reasonData) };
}
