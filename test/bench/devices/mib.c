/*
 * A device with interfaces that carry traffic: the system group, ifTable and ifXTable. INTERFACES in the environment
 * says how many. Counters go on with time, each at a pace of its own, so that every poll brings other values.
 */
#define _GNU_SOURCE
#include "../snmp/mib.h"
#include "../snmp/ber.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST_INTERFACES = 100, MOST_ENTRIES = 8 + 40 * MOST_INTERFACES, MOST_NAMES = 64, LONGEST_NAME = 16 };
enum { INTEGER = 2, STRING = 4, OBJECT = 6, COUNTER = 0x41, GAUGE = 0x42, TICKS = 0x43, COUNTER64 = 0x46, SEQUENCE = 0x30 };
enum { GET = 0xa0, GETNEXT = 0xa1, RESPONSE = 0xa2, GETBULK = 0xa5 };
enum { NO_SUCH_INSTANCE = 0x81, END_OF_VIEW = 0x82 };

struct entry {
  uint8_t name[LONGEST_NAME];
  uint8_t length, type;
  /* Of a number: its value, or how much it rises in a second. */
  uint64_t number;
  const char *text;
};

static struct entry entries[MOST_ENTRIES];
static size_t count;
static char texts[MOST_INTERFACES][2][32];

static struct entry *add(const uint8_t *prefix, size_t length, uint8_t column, uint8_t row, uint8_t type) {
  struct entry *entry = &entries[count++];
  memcpy(entry->name, prefix, length);
  entry->name[length] = column;
  entry->name[length + 1] = row;
  entry->length = (uint8_t)(length + 2);
  entry->type = type;
  return entry;
}

static const uint8_t SYSTEM[] = {0x2b, 6, 1, 2, 1, 1};
static const uint8_t IF_ENTRY[] = {0x2b, 6, 1, 2, 1, 2, 2, 1};
static const uint8_t IF_X_ENTRY[] = {0x2b, 6, 1, 2, 1, 31, 1, 1, 1};

void fill_mib(void) {
  const char *written = getenv("INTERFACES");
  uint8_t rows = written ? (uint8_t)atoi(written) : 10;
  if (rows < 1 || rows > MOST_INTERFACES) exit(2);
  add(SYSTEM, sizeof SYSTEM, 1, 0, STRING)->text = "Switch of the measurement";
  add(SYSTEM, sizeof SYSTEM, 2, 0, OBJECT)->text = "\x2b\x06\x01\x04\x01\x7f\x01";
  add(SYSTEM, sizeof SYSTEM, 3, 0, TICKS)->number = 100;
  add(SYSTEM, sizeof SYSTEM, 5, 0, STRING)->text = "switch";
  add(SYSTEM, sizeof SYSTEM, 6, 0, STRING)->text = "Rack 4";
  for (uint8_t row = 1; row <= rows; row++) {
    snprintf(texts[row - 1][0], sizeof texts[0][0], "GigabitEthernet0/%u", row);
    snprintf(texts[row - 1][1], sizeof texts[0][0], "Gi0/%u", row);
  }
  for (uint8_t column = 1; column <= 20; column++)
    for (uint8_t row = 1; row <= rows; row++) switch (column) {
        case 1: add(IF_ENTRY, sizeof IF_ENTRY, column, row, INTEGER)->number = row; break;
        case 2: add(IF_ENTRY, sizeof IF_ENTRY, column, row, STRING)->text = texts[row - 1][0]; break;
        case 5: add(IF_ENTRY, sizeof IF_ENTRY, column, row, GAUGE)->number = 1000000000; break;
        case 7: case 8: add(IF_ENTRY, sizeof IF_ENTRY, column, row, INTEGER)->number = 1; break;
        case 10: case 16: add(IF_ENTRY, sizeof IF_ENTRY, column, row, COUNTER)->number = 1234567u * row; break;
        case 11: case 17: add(IF_ENTRY, sizeof IF_ENTRY, column, row, COUNTER)->number = 1543u * row; break;
        case 13: case 14: case 19: case 20: add(IF_ENTRY, sizeof IF_ENTRY, column, row, COUNTER)->number = row % 2; break;
      }
  for (uint8_t column = 1; column <= 15; column++)
    for (uint8_t row = 1; row <= rows; row++) switch (column) {
        case 1: add(IF_X_ENTRY, sizeof IF_X_ENTRY, column, row, STRING)->text = texts[row - 1][1]; break;
        case 6: case 10: add(IF_X_ENTRY, sizeof IF_X_ENTRY, column, row, COUNTER64)->number = 1234567u * row + column; break;
        case 7: case 11: add(IF_X_ENTRY, sizeof IF_X_ENTRY, column, row, COUNTER64)->number = 1543u * row + column; break;
        case 15: add(IF_X_ENTRY, sizeof IF_X_ENTRY, column, row, GAUGE)->number = 1000; break;
      }
}

/* The first entry that is not before the name; every arc takes one byte, so bytes are in the order of arcs. */
static size_t place_of(const uint8_t *name, size_t length, int *is_same) {
  size_t low = 0, high = count;
  *is_same = 0;
  while (low < high) {
    size_t middle = (low + high) / 2;
    const struct entry *entry = &entries[middle];
    size_t common = length < entry->length ? length : entry->length;
    int order = memcmp(entry->name, name, common);
    if (order == 0) order = entry->length < length ? -1 : entry->length > length;
    if (order == 0) *is_same = 1;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

static uint8_t *put_wide(uint8_t *from, uint8_t tag, uint64_t value) {
  uint8_t *to = from;
  do *--from = (uint8_t)value;
  while ((value >>= 8) > 0);
  if (*from >= 0x80) *--from = 0;
  return put_head(from, tag, (size_t)(to - from));
}

static uint8_t *put_value(uint8_t *from, const struct entry *entry, double seconds) {
  switch (entry->type) {
    case STRING: case OBJECT: return put_element(from, entry->type, entry->text, strlen(entry->text));
    case COUNTER: case TICKS: return put_number(from, entry->type, (uint32_t)(uint64_t)(seconds * (double)entry->number));
    case COUNTER64: return put_wide(from, entry->type, (uint64_t)(seconds * (double)entry->number));
    default: return put_number(from, entry->type, (uint32_t)entry->number);
  }
}

uint8_t *answer_pdu(const uint8_t *at, const uint8_t *end, uint8_t *to) {
  struct element pdu, id, a, b, names, binding, name[MOST_NAMES];
  if (!next_element(&at, end, &pdu) || (pdu.tag != GET && pdu.tag != GETNEXT && pdu.tag != GETBULK)) return NULL;
  at = pdu.content;
  end = at + pdu.length;
  if (!next_element(&at, end, &id) || !next_element(&at, end, &a) || !next_element(&at, end, &b)) return NULL;
  if (!next_element(&at, end, &names)) return NULL;
  size_t asked = 0, place[MOST_NAMES];
  end = names.content + names.length;
  for (at = names.content; at < end && asked < MOST_NAMES; asked++) {
    if (!next_element(&at, end, &binding)) return NULL;
    const uint8_t *inner = binding.content;
    if (!next_element(&inner, at, &name[asked]) || name[asked].tag != OBJECT) return NULL;
    int is_same;
    place[asked] = place_of(name[asked].content, name[asked].length, &is_same);
    if (pdu.tag == GET && !is_same) place[asked] = MOST_ENTRIES;
    if (pdu.tag != GET && is_same) place[asked]++;
  }
  if (asked == 0) return NULL;
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  double seconds = 1e6 + (double)now.tv_sec + (double)now.tv_nsec / 1e9;
  size_t repetitions = pdu.tag == GETBULK ? number_of(&b) : 1, fitting = 60000 / (asked * 64);
  if (repetitions > fitting) repetitions = fitting;
  uint8_t missing = pdu.tag == GET ? NO_SUCH_INSTANCE : END_OF_VIEW, *from = to;
  for (size_t i = asked * repetitions; i-- > 0;) {
    size_t which = i % asked, at_entry = place[which] + i / asked;
    uint8_t *binding_end = from;
    if (at_entry >= count) {
      from = put_head(from, missing, 0);
      from = put_element(from, OBJECT, name[which].content, name[which].length);
    } else {
      from = put_value(from, &entries[at_entry], seconds);
      from = put_element(from, OBJECT, entries[at_entry].name, entries[at_entry].length);
    }
    from = put_head(from, SEQUENCE, (size_t)(binding_end - from));
  }
  from = put_head(from, SEQUENCE, (size_t)(to - from));
  from = put_number(put_number(from, INTEGER, 0), INTEGER, 0);
  from = put_element(from, INTEGER, id.content, id.length);
  return put_head(from, RESPONSE, (size_t)(to - from));
}
