#include "usm.h"
#include "ber.h"
#include "mib.h"
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DIGEST = 20, MAC = 12, AES_KEY = 16, SALT = 8, ENGINE_ID = 9, STRETCHED = 1048576 };
enum { AUTH = 1, PRIV = 2, BOOTS = 1, WINDOW_S = 150 };
enum { INTEGER = 2, STRING = 4, OBJECT = 6, COUNTER = 0x41, SEQUENCE = 0x30, REPORT = 0xa8 };

struct engine {
  uint32_t address;
  uint8_t auth[DIGEST];
  uint8_t priv[DIGEST];
};

static uint8_t auth_ku[DIGEST], priv_ku[DIGEST];
static struct engine *engines;
static EVP_CIPHER_CTX *cipher;
static uint64_t salts;
static time_t begun;

static void sha(const void *data, size_t length, uint8_t *digest) {
  EVP_Digest(data, length, digest, NULL, EVP_sha1(), NULL);
}

static void stretch(const char *password, uint8_t *ku) {
  uint8_t *text = malloc(STRETCHED);
  for (size_t i = 0, length = strlen(password); i < STRETCHED; i++) text[i] = (uint8_t)password[i % length];
  sha(text, STRETCHED, ku);
  free(text);
}

void begin_usm(const char *auth_password, const char *priv_password) {
  stretch(auth_password, auth_ku);
  stretch(priv_password, priv_ku);
  engines = calloc(65536, sizeof *engines);
  cipher = EVP_CIPHER_CTX_new();
  begun = time(NULL) - 1000;
}

static void localize(const uint8_t *ku, const uint8_t *engine_id, uint8_t *key) {
  uint8_t text[2 * DIGEST + ENGINE_ID];
  memcpy(text, ku, DIGEST);
  memcpy(text + DIGEST, engine_id, ENGINE_ID);
  memcpy(text + DIGEST + ENGINE_ID, ku, DIGEST);
  sha(text, sizeof text, key);
}

static const struct engine *engine_at(uint32_t address, const uint8_t *engine_id) {
  struct engine *engine = &engines[engine_id[ENGINE_ID - 2] << 8 | engine_id[ENGINE_ID - 1]];
  if (engine->address != address) {
    engine->address = address;
    localize(auth_ku, engine_id, engine->auth);
    localize(priv_ku, engine_id, engine->priv);
  }
  return engine;
}

static void crypt(const struct engine *engine, uint32_t boots, uint32_t now, const uint8_t *salt, const uint8_t *from,
                  size_t length, uint8_t *to, int encrypts) {
  uint8_t vector[AES_KEY];
  for (int i = 0; i < 4; i++) {
    vector[i] = (uint8_t)(boots >> (24 - 8 * i));
    vector[4 + i] = (uint8_t)(now >> (24 - 8 * i));
  }
  memcpy(vector + 8, salt, SALT);
  int written;
  EVP_CipherInit_ex(cipher, EVP_aes_128_cfb128(), NULL, engine->priv, vector, encrypts);
  EVP_CipherUpdate(cipher, to, &written, from, (int)length);
}

/* usmStats (RFC 3414 section 5): `which` is 2 for notInTimeWindows, 4 for unknownEngineIDs. */
static uint8_t *put_report(uint8_t *to, uint8_t which) {
  const uint8_t name[] = {0x2b, 6, 1, 6, 3, 15, 1, 1, which, 0};
  uint8_t *from = put_element(put_number(to, COUNTER, 1), OBJECT, name, sizeof name);
  from = put_head(from, SEQUENCE, (size_t)(to - from));
  from = put_head(from, SEQUENCE, (size_t)(to - from));
  from = put_number(put_number(put_number(from, INTEGER, 0), INTEGER, 0), INTEGER, 0x7fffffff);
  return put_head(from, REPORT, (size_t)(to - from));
}

uint8_t *answer_v3(const uint8_t *at, size_t length, uint32_t address, uint8_t *to) {
  static uint8_t plain[MOST_BYTES], open[MOST_BYTES];
  struct element whole, version, global, id, size, flags, parameters, engine, boots, when, user, mac, salt, data;
  const uint8_t *message = at, *end = at + length, *inner, *pdu, *pdu_end;
  if (!next_element(&at, end, &whole)) return NULL;
  at = whole.content;
  if (!next_element(&at, end, &version) || !next_element(&at, end, &global)) return NULL;
  inner = global.content;
  if (!next_element(&inner, at, &id) || !next_element(&inner, at, &size) || !next_element(&inner, at, &flags)) return NULL;
  if (!next_element(&at, end, &parameters) || flags.length != 1) return NULL;
  inner = parameters.content;
  if (!next_element(&inner, at, &parameters)) return NULL;
  inner = parameters.content;
  if (!next_element(&inner, at, &engine) || !next_element(&inner, at, &boots) || !next_element(&inner, at, &when)) return NULL;
  if (!next_element(&inner, at, &user) || !next_element(&inner, at, &mac) || !next_element(&inner, at, &salt)) return NULL;
  if (!next_element(&at, end, &data)) return NULL;

  uint8_t engine_id[ENGINE_ID] = {0x80, 0, 0x1f, 0x88, 1};
  memcpy(engine_id + 5, &address, 4);
  const struct engine *own = engine_at(address, engine_id);
  uint32_t now = (uint32_t)(time(NULL) - begun);
  uint8_t level = 0, *pdu_from;
  if (engine.length != ENGINE_ID || memcmp(engine.content, engine_id, ENGINE_ID) != 0) {
    pdu_from = put_report(plain + sizeof plain, 4);
  } else {
    uint8_t digest[DIGEST];
    if (flags.content[0] != (AUTH | PRIV | 4) || mac.length != MAC || salt.length != SALT) return NULL;
    memcpy(open, message, length);
    memset(open + (mac.content - message), 0, MAC);
    HMAC(EVP_sha1(), own->auth, DIGEST, open, length, digest, NULL);
    if (memcmp(digest, mac.content, MAC) != 0) return NULL;
    level = AUTH;
    if (number_of(&boots) != BOOTS || labs((long)number_of(&when) - (long)now) > WINDOW_S) {
      pdu_from = put_report(plain + sizeof plain, 2);
    } else {
      level = AUTH | PRIV;
      crypt(own, number_of(&boots), number_of(&when), salt.content, data.content, data.length, open, 0);
      inner = open;
      if (!next_element(&inner, open + data.length, &data)) return NULL;
      pdu = data.content;
      pdu_end = data.content + data.length;
      if (!next_element(&pdu, pdu_end, &engine) || !next_element(&pdu, pdu_end, &parameters)) return NULL;
      pdu_from = answer_pdu(pdu, pdu_end, plain + sizeof plain);
      if (!pdu_from) return NULL;
    }
  }

  uint8_t *scoped = put_element(put_element(pdu_from, STRING, NULL, 0), STRING, engine_id, ENGINE_ID);
  scoped = put_head(scoped, SEQUENCE, (size_t)(plain + sizeof plain - scoped));
  size_t scoped_length = (size_t)(plain + sizeof plain - scoped);
  uint8_t own_salt[SALT], *from = to - scoped_length;
  salts++;
  memcpy(own_salt, &salts, SALT);
  if (level & PRIV) {
    crypt(own, BOOTS, now, own_salt, scoped, scoped_length, from, 1);
    from = put_head(from, STRING, scoped_length);
  } else {
    memcpy(from, scoped, scoped_length);
  }
  uint8_t *parameters_to = from, *mac_at, bits[1] = {level};
  from = put_element(from, STRING, own_salt, level & PRIV ? SALT : 0);
  mac_at = from - MAC;
  memset(mac_at, 0, MAC);
  from = level & AUTH ? put_head(mac_at, STRING, MAC) : put_head(from, STRING, 0);
  from = put_element(from, STRING, user.content, user.length);
  from = put_element(put_number(put_number(from, INTEGER, now), INTEGER, BOOTS), STRING, engine_id, ENGINE_ID);
  from = put_head(from, SEQUENCE, (size_t)(parameters_to - from));
  from = put_head(from, STRING, (size_t)(parameters_to - from));
  uint8_t *global_to = from;
  from = put_element(put_number(from, INTEGER, 3), STRING, bits, 1);
  from = put_element(put_number(from, INTEGER, MOST_BYTES), INTEGER, id.content, id.length);
  from = put_head(from, SEQUENCE, (size_t)(global_to - from));
  from = put_number(from, INTEGER, 3);
  from = put_head(from, SEQUENCE, (size_t)(to - from));
  if (level & AUTH) {
    uint8_t digest[DIGEST];
    HMAC(EVP_sha1(), own->auth, DIGEST, from, (size_t)(to - from), digest, NULL);
    memcpy(mac_at, digest, MAC);
  }
  return from;
}
