import type { Route } from '../kernel/service.ts';

/** https://docs.aws.amazon.com/scheduler/latest/APIReference/API_Operations.html */
export const SCHEDULER_ROUTES: readonly Route[] = [
  { method: 'POST', path: '/schedules/{Name}', operation: 'CreateSchedule' },
  { method: 'GET', path: '/schedules/{Name}', operation: 'GetSchedule', query: { groupName: 'GroupName' } },
  { method: 'PUT', path: '/schedules/{Name}', operation: 'UpdateSchedule' },
  { method: 'DELETE', path: '/schedules/{Name}', operation: 'DeleteSchedule', query: { groupName: 'GroupName' } },
  {
    method: 'GET',
    path: '/schedules',
    operation: 'ListSchedules',
    query: {
      ScheduleGroup: 'GroupName',
      NamePrefix: 'NamePrefix',
      State: 'State',
      NextToken: 'NextToken',
      MaxResults: 'MaxResults:number',
    },
  },
  { method: 'POST', path: '/schedule-groups/{Name}', operation: 'CreateScheduleGroup' },
  { method: 'GET', path: '/schedule-groups/{Name}', operation: 'GetScheduleGroup' },
  { method: 'DELETE', path: '/schedule-groups/{Name}', operation: 'DeleteScheduleGroup' },
  {
    method: 'GET',
    path: '/schedule-groups',
    operation: 'ListScheduleGroups',
    query: { NamePrefix: 'NamePrefix', NextToken: 'NextToken', MaxResults: 'MaxResults:number' },
  },
  { method: 'GET', path: '/tags/{ResourceArn+}', operation: 'ListTagsForResource' },
];
