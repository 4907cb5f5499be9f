// Words for rules.

import { many } from './dom.js';

export const arrow = r => r.direction === 'egress' ? 'out' : 'in';
export const groupOf = r => r.group_name || r.group_id;

export function becomes(r) {
  if (!r.suggests && r.state !== 'changed') return 'nothing is suggested';
  return r.becomes.length ? r.becomes.join(' · ') : 'removed';
}

// service says a use that would be refused.
export const service = r => `${arrow(r)} ${r.protocol}${r.port ? ' ' + r.port : ''}${r.noise ? ' (noise)' : ''}`;

export const counted = list => list.length === 1 ? `${list[0].direction} ${list[0].words}` : many(list.length, 'rule');
