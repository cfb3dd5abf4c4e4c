/*
 * The work of the measurement done by the C net-snmp library: its single-session API, a session for each agent,
 * asynchronous, and epoll. A line "N" on standard input has it done N times; a line of JSON tells what that took.
 *
 *   library WORK PORT AGENTS WINDOW AUTH-PASSWORD PRIV-PASSWORD
 */
#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/library/large_fd_set.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <signal.h>

enum { VALUES = 10, COLUMNS = 22, ROWS = 10, AT_ONCE = 64, STEP = 25, NAME = 11 };

static const oid table[] = {1, 3, 6, 1, 2, 1, 2, 2};
static const oid cell[NAME] = {1, 3, 6, 1, 2, 1, 2, 2, 1, 0, 0};
static const oid asked_columns[VALUES] = {1, 3, 4, 5, 7, 8, 9, 10, 11, 16};

enum work { GET, BULK, WALK, TABLE };

struct agent {
  void *session;
  int fd;
};

struct walk {
  struct agent *agent;
  oid last[MAX_OID_LEN];
  size_t length;
};

/* All columns side by side, each from its own last name. */
struct columns {
  struct agent *agent;
  oid last[COLUMNS][NAME];
  size_t length[COLUMNS];
  int open[COLUMNS], count;
};

static enum work work;
static struct agent *agents;
static long agent_count, next_agent, under_way, left, failed, values;
static double sum;

static void ask(void);

static double value_of(const netsnmp_variable_list *one) {
  switch (one->type) {
    case ASN_INTEGER: return (double)*one->val.integer;
    case ASN_COUNTER: case ASN_GAUGE: case ASN_TIMETICKS: return (double)(uint32_t)*one->val.integer;
    default: return (double)0;
  }
}

static void send_pdu(struct agent *agent, netsnmp_pdu *pdu, netsnmp_callback callback, void *data) {
  if (!snmp_sess_async_send(agent->session, pdu, callback, data)) {
    snmp_free_pdu(pdu);
    failed++;
    under_way--;
  }
}

static void ended(void) {
  under_way--;
  ask();
}

static int on_answer(int operation, netsnmp_session *session, int id, netsnmp_pdu *pdu, void *data) {
  (void)session, (void)id, (void)data;
  if (operation != NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE || pdu->command != SNMP_MSG_RESPONSE || pdu->errstat) {
    failed++;
  } else {
    for (netsnmp_variable_list *one = pdu->variables; one; one = one->next_variable, values++) sum += value_of(one);
  }
  ended();
  return 1;
}

static int on_rows(int operation, netsnmp_session *session, int id, netsnmp_pdu *pdu, void *data);

static void ask_rows(struct walk *walk) {
  netsnmp_pdu *pdu = snmp_pdu_create(SNMP_MSG_GETBULK);
  pdu->non_repeaters = 0;
  pdu->max_repetitions = STEP;
  snmp_add_null_var(pdu, walk->last, walk->length);
  send_pdu(walk->agent, pdu, on_rows, walk);
}

static int on_rows(int operation, netsnmp_session *session, int id, netsnmp_pdu *pdu, void *data) {
  struct walk *walk = data;
  (void)session, (void)id;
  int over = operation != NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE || pdu->command != SNMP_MSG_RESPONSE || pdu->errstat;
  if (over) failed++;
  for (netsnmp_variable_list *one = over ? NULL : pdu->variables; one && !over; one = one->next_variable) {
    over = one->type == SNMP_ENDOFMIBVIEW || snmp_oidtree_compare(one->name, one->name_length, table, OID_LENGTH(table)) ||
           snmp_oid_compare(one->name, one->name_length, walk->last, walk->length) <= 0;
    if (over) break;
    sum += value_of(one);
    values++;
    if (!one->next_variable) {
      walk->length = one->name_length;
      memcpy(walk->last, one->name, one->name_length * sizeof *one->name);
    }
  }
  if (!over) {
    ask_rows(walk);
  } else {
    free(walk);
    ended();
  }
  return 1;
}

static int on_columns(int operation, netsnmp_session *session, int id, netsnmp_pdu *pdu, void *data);

static void ask_columns(struct columns *columns) {
  netsnmp_pdu *pdu = snmp_pdu_create(SNMP_MSG_GETBULK);
  pdu->non_repeaters = 0;
  pdu->max_repetitions = ROWS + 1;
  for (int i = 0; i < columns->count; i++)
    snmp_add_null_var(pdu, columns->last[columns->open[i]], columns->length[columns->open[i]]);
  send_pdu(columns->agent, pdu, on_columns, columns);
}

static int on_columns(int operation, netsnmp_session *session, int id, netsnmp_pdu *pdu, void *data) {
  struct columns *columns = data;
  (void)session, (void)id;
  int over[COLUMNS] = {0}, at = 0, count = 0;
  int is_answer = operation == NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE && pdu->command == SNMP_MSG_RESPONSE && !pdu->errstat;
  if (!is_answer) {
    failed++;
    columns->count = 0;
  }
  for (netsnmp_variable_list *one = is_answer ? pdu->variables : NULL; one; one = one->next_variable) {
    int column = columns->open[at];
    if (!over[column]) {
      over[column] = one->type == SNMP_ENDOFMIBVIEW || one->name_length != NAME || one->name[NAME - 2] != (oid)column + 1 ||
                     snmp_oid_compare(one->name, NAME - 2, cell, NAME - 2) != 0 ||
                     snmp_oid_compare(one->name, NAME, columns->last[column], columns->length[column]) <= 0;
      if (!over[column]) {
        sum += value_of(one);
        values++;
        memcpy(columns->last[column], one->name, sizeof columns->last[column]);
        columns->length[column] = NAME;
      }
    }
    at = at + 1 == columns->count ? 0 : at + 1;
  }
  for (int i = 0; i < columns->count; i++)
    if (!over[columns->open[i]]) columns->open[count++] = columns->open[i];
  columns->count = count;
  if (count > 0) {
    ask_columns(columns);
  } else {
    free(columns);
    ended();
  }
  return 1;
}

static void ask(void) {
  if (left == 0) return;
  left--;
  under_way++;
  struct agent *agent = &agents[next_agent++ % agent_count];
  if (work == WALK) {
    struct walk *walk = malloc(sizeof *walk);
    walk->agent = agent;
    walk->length = OID_LENGTH(table);
    memcpy(walk->last, table, sizeof table);
    ask_rows(walk);
    return;
  }
  if (work == TABLE) {
    struct columns *columns = malloc(sizeof *columns);
    columns->agent = agent;
    columns->count = COLUMNS;
    for (int i = 0; i < COLUMNS; i++) {
      columns->open[i] = i;
      memcpy(columns->last[i], cell, sizeof cell);
      columns->last[i][NAME - 2] = (oid)i + 1;
      columns->length[i] = NAME - 1;
    }
    ask_columns(columns);
    return;
  }
  netsnmp_pdu *pdu = snmp_pdu_create(work == BULK ? SNMP_MSG_GETBULK : SNMP_MSG_GET);
  oid name[NAME];
  memcpy(name, cell, sizeof cell);
  if (work == BULK) {
    pdu->non_repeaters = 0;
    pdu->max_repetitions = ROWS;
    for (oid column = 1; column <= COLUMNS; column++) {
      name[NAME - 2] = column;
      snmp_add_null_var(pdu, name, NAME - 1);
    }
  } else {
    name[NAME - 1] = 1;
    for (int i = 0; i < VALUES; i++) {
      name[NAME - 2] = asked_columns[i];
      snmp_add_null_var(pdu, name, NAME);
    }
  }
  send_pdu(agent, pdu, on_answer, NULL);
}

static double cpu_us(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return 1e6 * (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static void open_agents(int port, int is_secured, char *auth_password, char *priv_password) {
  netsnmp_session session;
  char peer[64];
  snmp_sess_init(&session);
  session.peername = peer;
  session.timeout = 2000000;
  session.retries = 2;
  if (is_secured) {
    session.version = SNMP_VERSION_3;
    session.securityName = "bench";
    session.securityNameLen = 5;
    session.securityLevel = SNMP_SEC_LEVEL_AUTHPRIV;
    session.securityAuthProto = usmHMACSHA1AuthProtocol;
    session.securityAuthProtoLen = USM_AUTH_PROTO_SHA_LEN;
    session.securityAuthKeyLen = USM_AUTH_KU_LEN;
    session.securityPrivProto = usmAESPrivProtocol;
    session.securityPrivProtoLen = USM_PRIV_PROTO_AES_LEN;
    session.securityPrivKeyLen = USM_PRIV_KU_LEN;
    generate_Ku(session.securityAuthProto, session.securityAuthProtoLen, (u_char *)auth_password, strlen(auth_password),
                session.securityAuthKey, &session.securityAuthKeyLen);
    generate_Ku(session.securityAuthProto, session.securityAuthProtoLen, (u_char *)priv_password, strlen(priv_password),
                session.securityPrivKey, &session.securityPrivKeyLen);
  } else {
    session.version = SNMP_VERSION_2c;
    session.community = (u_char *)"public";
    session.community_len = 6;
  }
  agents = calloc((size_t)agent_count, sizeof *agents);
  for (long i = 0; i < agent_count; i++) {
    snprintf(peer, sizeof peer, "udp:127.1.%ld.%ld:%d", (i + 1) >> 8, (i + 1) & 255, port);
    agents[i].session = snmp_sess_open(&session);
    if (!agents[i].session) {
      snmp_sess_perror("library", &session);
      exit(1);
    }
    agents[i].fd = snmp_sess_transport(agents[i].session)->sock;
  }
}

int main(int count, char **arguments) {
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (count != 7) return 2;
  work = strcmp(arguments[1], "bulk") == 0    ? BULK
         : strcmp(arguments[1], "walk") == 0  ? WALK
         : strcmp(arguments[1], "table") == 0 ? TABLE
                                              : GET;
  agent_count = atol(arguments[3]);
  long window = atol(arguments[4]);
  netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_READ_CONFIGS, 1);
  netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_PERSIST_STATE, 1);
  setenv("MIBS", "", 1);
  init_snmp("bench");
  open_agents(atoi(arguments[2]), strcmp(arguments[1], "secured") == 0, arguments[5], arguments[6]);
  int epoll = epoll_create1(0), most_fd = 0;
  for (long i = 0; i < agent_count; i++) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = &agents[i]};
    epoll_ctl(epoll, EPOLL_CTL_ADD, agents[i].fd, &event);
    if (agents[i].fd > most_fd) most_fd = agents[i].fd;
  }
  netsnmp_large_fd_set ready;
  netsnmp_large_fd_set_init(&ready, most_fd + 1);
  NETSNMP_LARGE_FD_ZERO(&ready);
  puts("{}");
  fflush(stdout);

  char line[64];
  struct epoll_event events[AT_ONCE];
  while (fgets(line, sizeof line, stdin)) {
    left = atol(line);
    failed = values = 0;
    sum = 0;
    double begun = cpu_us();
    for (long i = 0; i < window; i++) ask();
    while (under_way > 0) {
      int got = epoll_wait(epoll, events, AT_ONCE, 500);
      for (int i = 0; i < got; i++) {
        struct agent *agent = events[i].data.ptr;
        NETSNMP_LARGE_FD_SET(agent->fd, &ready);
        snmp_sess_read2(agent->session, &ready);
        NETSNMP_LARGE_FD_CLR(agent->fd, &ready);
      }
      for (long i = 0; got == 0 && i < agent_count; i++) snmp_sess_timeout(agents[i].session);
    }
    printf("{\"cpuUs\":%.0f,\"sum\":%.0f,\"values\":%ld,\"failed\":%ld}\n", cpu_us() - begun, sum, values, failed);
    fflush(stdout);
  }
  return 0;
}
