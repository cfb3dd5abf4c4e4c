/* What agents of a measurement have: made once, the same at every address. */
#pragma once
#include <stddef.h>
#include <stdint.h>

void fill_mib(void);

/* Answers a whole PDU, written so that it ends before `to`; NULL when it is none that can be answered. */
uint8_t *answer_pdu(const uint8_t *pdu, const uint8_t *end, uint8_t *to);
