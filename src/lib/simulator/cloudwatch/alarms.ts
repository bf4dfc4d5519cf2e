import type { Timer } from '../kernel/clock.ts';
import type { Region } from '../kernel/region.ts';
import type { Call, Input } from '../kernel/service.ts';
import { type Alarm, type AlarmState, alarmPeriod, describe } from './alarm.ts';
import { alarmConfiguration } from './alarm-configuration.ts';
import { evaluateAlarm } from './alarm-evaluation.ts';
import { AlarmHistory } from './alarm-history.ts';
import { alarmEvent, alarmMessage, alarmSubject, type PreviousState } from './alarm-notification.ts';
import { missingParameter, notInEnum, resourceNotFound, validation } from './errors.ts';
import type { MetricStore } from './metric-store.ts';
import { page } from './paging.ts';
import type { Tags } from './tags.ts';

const MINUTE_MS = 60_000;
const STATES = ['INSUFFICIENT_DATA', 'ALARM', 'OK'];
const TYPES = ['CompositeAlarm', 'MetricAlarm'];

/**
 * Metric alarms: they evaluate each simulated minute (each ten seconds while one has a shorter period), on the region's
 * clock, and only while there are any.
 */
export class Alarms {
  readonly #region: Region;
  readonly #store: MetricStore;
  readonly #tags: Tags;
  readonly #beforeRead: () => void;
  readonly #alarms = new Map<string, Alarm>();
  readonly #history = new AlarmHistory();
  #timer: Timer | undefined;
  #timerAt = 0;

  constructor(region: Region, store: MetricStore, tags: Tags, beforeRead: () => void) {
    this.#region = region;
    this.#store = store;
    this.#tags = tags;
    this.#beforeRead = beforeRead;
  }

  readonly operations = {
    PutMetricAlarm: (input: Input) => this.#put(input),
    DescribeAlarms: (input: Input) => this.#describe(input),
    DescribeAlarmsForMetric: (input: Input) => this.#forMetric(input),
    DescribeAlarmHistory: (input: Input) => this.#history.describe(input, this.#region.clock.now()),
    DeleteAlarms: (input: Input, call: Call) => this.#delete(input, call),
    SetAlarmState: (input: Input, call: Call) => this.#setState(input, call),
    EnableAlarmActions: (input: Input) => this.#enable(input, true),
    DisableAlarmActions: (input: Input) => this.#enable(input, false),
  };

  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#alarms.clear();
  }

  #put(input: Input) {
    const configuration = alarmConfiguration(input);
    const now = this.#region.clock.now();
    const name = configuration.AlarmName;
    const known = this.#alarms.get(name);
    if (known !== undefined) {
      // An update keeps the state and ignores tags.
      known.configuration = configuration;
      known.configuredAt = now;
      this.#history.configured(name, now, 'Update');
    } else {
      const alarm: Alarm = {
        configuration,
        arn: `arn:aws:cloudwatch:${this.#region.name}:${this.#region.accountId}:alarm:${name}`,
        configuredAt: now,
        state: 'INSUFFICIENT_DATA',
        reason: 'Unchecked: Initial alarm creation',
        reasonData: undefined,
        updatedAt: now,
        transitionedAt: now,
      };
      this.#alarms.set(name, alarm);
      if (input.Tags !== undefined) this.#tags.add(alarm.arn, input.Tags);
      this.#history.configured(name, now, 'Create');
    }
    this.#arm();
    return {};
  }

  #describe(input: Input) {
    const types: readonly string[] = input.AlarmTypes ?? ['MetricAlarm'];
    for (const type of types) if (!TYPES.includes(type)) throw notInEnum(`[${types.join(', ')}]`, 'alarmTypes', TYPES);
    if (input.AlarmNames !== undefined && input.AlarmNamePrefix !== undefined) {
      throw validation('AlarmNamePrefix and AlarmNames are mutually exclusive.');
    }
    if (input.StateValue !== undefined && !STATES.includes(input.StateValue)) {
      throw notInEnum(input.StateValue, 'stateValue', STATES);
    }
    if (input.MaxRecords !== undefined && !(input.MaxRecords >= 1 && input.MaxRecords <= 100)) {
      const bound = input.MaxRecords < 1 ? 'greater than or equal to 1' : 'less than or equal to 100';
      throw validation(
        `Value '${input.MaxRecords}' at 'maxRecords' failed to satisfy constraint: Member must have value ${bound}`,
      );
    }
    const found = types.includes('MetricAlarm') ? this.#select(input) : [];
    const { items, next } = page(found, input.MaxRecords ?? 50, input.NextToken);
    // LogAlarms is in AWS's raw answers, though in no SDK's model (recorded).
    return { CompositeAlarms: [], MetricAlarms: items.map(describe), LogAlarms: [], NextToken: next };
  }

  #select(input: Input): readonly Alarm[] {
    const names: readonly string[] | undefined = input.AlarmNames;
    const actsOn = ({ configuration: c }: Alarm) =>
      input.ActionPrefix === undefined ||
      [...c.OKActions, ...c.AlarmActions, ...c.InsufficientDataActions].some((arn) =>
        arn.startsWith(input.ActionPrefix),
      );
    return [...this.#alarms.values()]
      .filter(
        (alarm) =>
          (names === undefined || names.length === 0 || names.includes(alarm.configuration.AlarmName)) &&
          alarm.configuration.AlarmName.startsWith(input.AlarmNamePrefix ?? '') &&
          (input.StateValue === undefined || alarm.state === input.StateValue) &&
          actsOn(alarm),
      )
      .sort((a, b) => (a.configuration.AlarmName < b.configuration.AlarmName ? -1 : 1));
  }

  #forMetric(input: Input) {
    if (input.MetricName === undefined) throw missingParameter('MetricName');
    if (input.Namespace === undefined) throw missingParameter('Namespace');
    const key = (dimensions: readonly Input[]) =>
      JSON.stringify(dimensions.map(({ Name, Value }) => `${Name}=${Value}`).sort());
    const matches = ({ configuration: c }: Alarm) =>
      c.MetricName === input.MetricName &&
      c.Namespace === input.Namespace &&
      key(c.Dimensions) === key(input.Dimensions ?? []) &&
      (['Statistic', 'ExtendedStatistic', 'Period', 'Unit'] as const).every(
        (name) => input[name] === undefined || input[name] === c[name],
      );
    return { MetricAlarms: this.#select({}).filter(matches).map(describe) };
  }

  #delete(input: Input, call: Call) {
    const names: readonly string[] = input.AlarmNames ?? [];
    // One unknown name fails the whole call: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DeleteAlarms.html
    for (const name of names) if (!this.#alarms.has(name)) throw resourceNotFound(call);
    for (const name of names) {
      this.#tags.forget(this.#alarms.get(name)!.arn);
      this.#alarms.delete(name);
      this.#history.configured(name, this.#region.clock.now(), 'Delete');
    }
    if (this.#alarms.size === 0) {
      this.#timer?.cancel();
      this.#timer = undefined;
    }
    return {};
  }

  #setState(input: Input, call: Call) {
    if (!STATES.includes(input.StateValue)) throw notInEnum(input.StateValue, 'stateValue', STATES);
    if (input.StateReason === undefined) throw missingParameter('StateReason');
    const alarm = this.#alarms.get(input.AlarmName);
    if (alarm === undefined) throw resourceNotFound(call);
    this.#change(alarm, input.StateValue, input.StateReason, input.StateReasonData);
    return {};
  }

  #enable(input: Input, enabled: boolean) {
    for (const name of input.AlarmNames ?? []) {
      const alarm = this.#alarms.get(name);
      if (alarm !== undefined) alarm.configuration = { ...alarm.configuration, ActionsEnabled: enabled };
    }
    return {};
  }

  #arm(): void {
    if (this.#alarms.size === 0) return;
    const now = this.#region.clock.now();
    const quick = [...this.#alarms.values()].some((alarm) => alarmPeriod(alarm.configuration) < 60);
    const step = quick ? 10_000 : MINUTE_MS;
    const at = (Math.floor(now / step) + 1) * step;
    if (this.#timer !== undefined && this.#timerAt <= at) return;
    this.#timer?.cancel();
    this.#timerAt = at;
    this.#timer = this.#region.clock.schedule(at, () => {
      this.#timer = undefined;
      this.#evaluate(at);
      this.#arm();
    });
  }

  #evaluate(at: number): void {
    this.#beforeRead();
    for (const alarm of this.#alarms.values()) {
      // Short periods every ten seconds, the others on the minute.
      if (at % MINUTE_MS !== 0 && alarmPeriod(alarm.configuration) >= 60) continue;
      const verdict = evaluateAlarm(this.#store, alarm.configuration, at);
      if (verdict === undefined || verdict.state === alarm.state) continue;
      this.#change(alarm, verdict.state, verdict.reason, verdict.data);
    }
  }

  #change(alarm: Alarm, state: AlarmState, reason: string, reasonData: string | undefined): void {
    const now = this.#region.clock.now();
    const previous: PreviousState = {
      state: alarm.state,
      reason: alarm.reason,
      reasonData: alarm.reasonData,
      at: alarm.updatedAt,
    };
    alarm.state = state;
    alarm.reason = reason;
    alarm.reasonData = reasonData;
    alarm.updatedAt = now;
    // Actions run on a change of state only.
    if (previous.state === state) return;
    alarm.transitionedAt = now;
    this.#history.stateChanged(alarm, previous);
    if (alarm.configuration.ActionsEnabled) this.#act(alarm, previous);
  }

  #act(alarm: Alarm, previous: PreviousState): void {
    const { configuration } = alarm;
    const actions = {
      OK: configuration.OKActions,
      ALARM: configuration.AlarmActions,
      INSUFFICIENT_DATA: configuration.InsufficientDataActions,
    }[alarm.state];
    for (const action of actions) {
      if (/^arn:aws:(sns|lambda):/.test(action))
        this.#history.acted(alarm, action, !this.#tell(alarm, previous, action));
    }
  }

  /** False when the topic or function does not take it: nobody waits for the answer. */
  #tell(alarm: Alarm, previous: PreviousState, action: string): boolean {
    const { name, accountId } = this.#region;
    try {
      if (action.startsWith('arn:aws:sns:')) {
        const body = alarmMessage(alarm, previous, name, accountId);
        return this.#region.topics.publish(action, { subject: alarmSubject(alarm, name), body });
      }
      const event = alarmEvent(alarm, previous, name, accountId, () => this.#region.uuid());
      this.#region.functions.invokeAsync(action, event);
      return true;
    } catch {
      return false;
    }
  }
}
