#include "ber.h"
#include <string.h>

int next_element(const uint8_t **at, const uint8_t *end, struct element *into) {
  const uint8_t *p = *at;
  if (end - p < 2) return 0;
  into->tag = *p++;
  size_t length = *p++;
  if (length >= 0x80) {
    size_t count = length & 0x7f;
    if (count < 1 || count > 3 || (size_t)(end - p) < count) return 0;
    for (length = 0; count > 0; count--) length = length << 8 | *p++;
  }
  if ((size_t)(end - p) < length) return 0;
  into->content = p;
  into->length = length;
  *at = p + length;
  return 1;
}

uint32_t number_of(const struct element *element) {
  uint32_t value = 0;
  for (size_t i = 0; i < element->length; i++) value = value << 8 | element->content[i];
  return value;
}

uint8_t *put_head(uint8_t *from, uint8_t tag, size_t length) {
  if (length < 0x80) {
    *--from = (uint8_t)length;
  } else {
    uint8_t count = 0;
    for (size_t rest = length; rest > 0; rest >>= 8, count++) *--from = (uint8_t)rest;
    *--from = 0x80 | count;
  }
  *--from = tag;
  return from;
}

uint8_t *put_element(uint8_t *from, uint8_t tag, const void *content, size_t length) {
  from -= length;
  memcpy(from, content, length);
  return put_head(from, tag, length);
}

uint8_t *put_number(uint8_t *from, uint8_t tag, uint32_t value) {
  uint8_t *to = from;
  do *--from = (uint8_t)value;
  while ((value >>= 8) > 0);
  if (*from >= 0x80) *--from = 0;
  return put_head(from, tag, (size_t)(to - from));
}
