/* Elements of BER: read forwards, written from the end backwards. */
#pragma once
#include <stddef.h>
#include <stdint.h>

enum { MOST_BYTES = 65507 };

struct element {
  uint8_t tag;
  const uint8_t *content;
  size_t length;
};

/* Passes one element of BER; 0 when there is none. */
int next_element(const uint8_t **at, const uint8_t *end, struct element *into);

/* Of at most four bytes. */
uint32_t number_of(const struct element *element);

/* Puts tag and length before `from`; returns the new beginning. */
uint8_t *put_head(uint8_t *from, uint8_t tag, size_t length);
uint8_t *put_element(uint8_t *from, uint8_t tag, const void *content, size_t length);
uint8_t *put_number(uint8_t *from, uint8_t tag, uint32_t value);
