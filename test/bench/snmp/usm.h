/* The user of SNMPv3 whom the agent of the measurement knows: SHA-1 and AES-128, one engine for each address. */
#pragma once
#include <stddef.h>
#include <stdint.h>

void begin_usm(const char *auth_password, const char *priv_password);

/* Answers a message of SNMPv3, written so that it ends before `to`; NULL when there is nothing to say.
   `address` is the one that was asked, in the order of the network. */
uint8_t *answer_v3(const uint8_t *message, size_t length, uint32_t address, uint8_t *to);
