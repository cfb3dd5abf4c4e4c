/** What happens in the pool, as events for people. Pure. */
import type { Alarm } from '../../model/alarm.js';
import type { NewEvent } from '../../model/event.js';
import type { PoolNews } from '../../pool/node/state.js';

type Told = Omit<NewEvent, 'time'>;

/** Of the condition that a manager is gone. */
const managerKey = (id: string): string => `manager ${id}`;
const relievedKey = ({ member, part: of }: { readonly member: string; readonly part: string | undefined }): string =>
  `relieved ${member}${of === undefined ? '' : ` ${of}`}`;
export const unwatchedKey = (element: string): string => `unwatched ${element}`;

export const unwatchedEvent = (element: string, reason: string): Told => ({
  severity: 'critical',
  name: 'elementUnwatched',
  text: `${element} is not watched by anybody: ${reason}`,
  alarm: unwatchedKey(element),
});

/** What a master alone finds, and the next one finds by itself. */
export const isOfMaster = ({ key }: Pick<Alarm, 'key'>): boolean => /^(?:manager|relieved|unwatched) /.test(key);

/** @param self The manager that tells it. */
export function eventsOf(news: PoolNews, self: string): readonly Told[] {
  switch (news.is) {
    case 'founded':
      return [
        info('poolFounded', `the pool ${news.roster.pool} is founded with ${news.roster.members.length} managers`),
      ];
    case 'joined':
      return [info('managerJoined', `${news.member} is a member of the pool`)];
    case 'dropped':
      return news.why === ''
        ? []
        : [
            {
              severity: 'minor',
              name: 'managerDropped',
              text: `${news.why}: it is no member of the pool any more`,
            },
            {
              severity: 'cleared',
              name: 'managerFound',
              text: `nobody waits for ${news.member} any more`,
              alarm: managerKey(news.member),
              isFinal: true,
            },
          ];
    case 'otherPool':
      return [
        {
          severity: 'major',
          name: 'otherPool',
          text: `${news.member} is in another pool (${news.pool}) with the same name; an administrator has to let one join the other`,
          alarm: `otherPool ${news.member}`,
        },
      ];
    case 'mastering':
      return [
        info(
          news.begins ? 'masterBegins' : 'masterEnds',
          `${self} ${news.begins ? 'is' : 'is no longer'} master of term ${news.term}: ${news.why}`,
        ),
      ];
    case 'master':
      return [];
    case 'found':
      return news.finding === 'alive'
        ? [
            {
              severity: 'cleared',
              name: 'managerFound',
              text: `${news.member} is alive: ${news.why}`,
              alarm: managerKey(news.member),
            },
          ]
        : [
            {
              severity: 'major',
              name: 'managerFound',
              text: `${news.member} is ${news.finding}: ${news.why}`,
              alarm: managerKey(news.member),
            },
          ];
    case 'relieved':
      return [
        {
          severity: 'major',
          name: 'managerRelieved',
          text: `${news.member} lives and cannot work${part(news.part)}: ${news.why}`,
          alarm: relievedKey(news),
        },
      ];
    case 'restored':
      return [
        {
          severity: 'cleared',
          name: 'managerRestored',
          text: `${news.member} can work again${part(news.part)}: ${news.why}`,
          alarm: relievedKey(news),
        },
      ];
    case 'moves':
      // What begins where it is at home is no move; a takeover of what nobody had is told by `watchedAgain`.
      if (news.from === undefined) return [];
      return [
        info(
          news.takeover ? 'elementTakenOver' : 'elementMoves',
          `${news.element} goes from ${news.from ?? 'nobody'} to ${news.to}: ${news.reason}`,
        ),
      ];
    case 'settled':
      return [];
    case 'unwatched':
      return [unwatchedEvent(news.element, news.reason)];
    case 'watchedAgain':
      return [
        {
          severity: 'cleared',
          name: 'elementWatched',
          text: `${news.element} is watched again`,
          alarm: unwatchedKey(news.element),
        },
      ];
    case 'cutOff':
      return news.begins
        ? [
            {
              severity: 'major',
              name: 'cutOff',
              text: `${self} hears no master: it goes on with what it owns and takes nothing over`,
              alarm: 'cutOff',
            },
          ]
        : [{ severity: 'cleared', name: 'cutOff', text: `${self} hears a master again`, alarm: 'cutOff' }];
  }
}

const info = (name: string, text: string): Told => ({ severity: 'indeterminate', name, text });
const part = (name: string | undefined): string => (name === undefined ? '' : ` by ${name}`);
