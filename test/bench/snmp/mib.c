#include "ber.h"
#include "mib.h"
#include <string.h>

enum { COLUMNS = 22, ROWS = 10, BEHIND = 30, ENTRIES = COLUMNS * ROWS + BEHIND, MOST_NAMES = 128 };
enum { INTEGER = 2, STRING = 4, OBJECT = 6, COUNTER = 0x41, GAUGE = 0x42, TICKS = 0x43, SEQUENCE = 0x30 };
enum { GET = 0xa0, GETNEXT = 0xa1, RESPONSE = 0xa2, GETBULK = 0xa5 };
enum { NO_SUCH_INSTANCE = 0x81, END_OF_VIEW = 0x82 };

struct entry {
  uint8_t bytes[64];
  size_t length;
  const uint8_t *name;
  size_t name_length;
};

static struct entry entries[ENTRIES];

static void add(struct entry *entry, const uint8_t *name, size_t length, uint8_t *value, uint8_t *end) {
  uint8_t *from = put_element(value, OBJECT, name, length);
  from = put_head(from, SEQUENCE, (size_t)(end - from));
  entry->length = (size_t)(end - from);
  memcpy(entry->bytes, from, entry->length);
  entry->name = entry->bytes + 4;
  entry->name_length = length;
}

void fill_mib(void) {
  uint8_t name[] = {0x2b, 6, 1, 2, 1, 2, 2, 1, 0, 0};
  uint8_t room[64], *end = room + sizeof room;
  for (uint32_t column = 1; column <= COLUMNS; column++) {
    for (uint32_t row = 1; row <= ROWS; row++) {
      uint32_t count = column * 2654435761u + row * 40503u;
      uint8_t *value;
      switch (column) {
        case 2: value = put_element(end, STRING, "GigabitEthernet0/1", 18); break;
        case 6: value = put_element(end, STRING, "\x02\x00\x5e\x10\x20\x30", 6); break;
        case 22: value = put_element(end, OBJECT, "\x00", 1); break;
        case 1: value = put_number(end, INTEGER, row); break;
        case 3: value = put_number(end, INTEGER, 6); break;
        case 4: value = put_number(end, INTEGER, 1500); break;
        case 7: case 8: value = put_number(end, INTEGER, 1); break;
        case 5: case 21: value = put_number(end, GAUGE, 1000000000); break;
        case 9: value = put_number(end, TICKS, count >> 8); break;
        default: value = put_number(end, COUNTER, count);
      }
      name[8] = (uint8_t)column;
      name[9] = (uint8_t)row;
      add(&entries[(column - 1) * ROWS + row - 1], name, sizeof name, value, end);
    }
  }
  uint8_t behind[] = {0x2b, 6, 1, 2, 1, 4, 0, 0};
  for (uint32_t i = 1; i <= BEHIND; i++) {
    behind[6] = (uint8_t)i;
    add(&entries[COLUMNS * ROWS + i - 1], behind, sizeof behind, put_number(end, INTEGER, i), end);
  }
}

/* The first entry that is not before the name; none of its arcs takes more than a byte, so bytes are in the order of arcs. */
static size_t place_of(const uint8_t *name, size_t length, int *is_same) {
  size_t low = 0, high = ENTRIES;
  *is_same = 0;
  while (low < high) {
    size_t middle = (low + high) / 2;
    const struct entry *entry = &entries[middle];
    size_t common = length < entry->name_length ? length : entry->name_length;
    int order = memcmp(entry->name, name, common);
    if (order == 0) order = entry->name_length < length ? -1 : entry->name_length > length;
    if (order == 0) *is_same = 1;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

static uint8_t list[MOST_BYTES];

static size_t put_missing(size_t at, const struct element *name, uint8_t type) {
  uint8_t room[160], *end = room + sizeof room;
  if (name->length > 128) return at;
  uint8_t *from = put_element(put_head(end, type, 0), OBJECT, name->content, name->length);
  from = put_head(from, SEQUENCE, (size_t)(end - from));
  memcpy(list + at, from, (size_t)(end - from));
  return at + (size_t)(end - from);
}

static size_t put_entry(size_t at, size_t place, const struct element *name, uint8_t missing) {
  if (place >= ENTRIES) return put_missing(at, name, missing);
  memcpy(list + at, entries[place].bytes, entries[place].length);
  return at + entries[place].length;
}

uint8_t *answer_pdu(const uint8_t *at, const uint8_t *end, uint8_t *to) {
  struct element pdu, id, a, b, names, binding, name[MOST_NAMES];
  if (!next_element(&at, end, &pdu) || (pdu.tag != GET && pdu.tag != GETNEXT && pdu.tag != GETBULK)) return NULL;
  at = pdu.content;
  end = at + pdu.length;
  if (!next_element(&at, end, &id) || !next_element(&at, end, &a) || !next_element(&at, end, &b)) return NULL;
  if (!next_element(&at, end, &names)) return NULL;
  size_t count = 0, place[MOST_NAMES], length = 0;
  end = names.content + names.length;
  for (at = names.content; at < end && count < MOST_NAMES; count++) {
    if (!next_element(&at, end, &binding)) return NULL;
    const uint8_t *inner = binding.content;
    if (!next_element(&inner, at, &name[count]) || name[count].tag != OBJECT) return NULL;
    int is_same;
    place[count] = place_of(name[count].content, name[count].length, &is_same);
    if (pdu.tag == GET && !is_same) place[count] = ENTRIES;
    if (pdu.tag != GET && is_same) place[count]++;
  }
  size_t repetitions = pdu.tag == GETBULK ? number_of(&b) : 1;
  uint8_t missing = pdu.tag == GET ? NO_SUCH_INSTANCE : END_OF_VIEW;
  for (size_t row = 0; row < repetitions; row++)
    for (size_t i = 0; i < count && length < MOST_BYTES - 1000; i++)
      length = put_entry(length, place[i] + row, &name[i], missing);
  uint8_t *from = put_element(to, SEQUENCE, list, length);
  from = put_number(put_number(from, INTEGER, 0), INTEGER, 0);
  from = put_element(from, INTEGER, id.content, id.length);
  return put_head(from, RESPONSE, (size_t)(to - from));
}
