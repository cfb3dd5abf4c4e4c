/*
 * Any number of agents that answer fast: every address of 127.0.0.0/8 is one, at one port, which is printed first.
 * Its CPU time is nobody's.
 *
 *   agent AUTH-PASSWORD PRIV-PASSWORD
 */
#define _GNU_SOURCE
#include "ber.h"
#include "mib.h"
#include "usm.h"
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>

enum { AT_ONCE = 32, REQUEST_BYTES = 8192, BUFFER_BYTES = 4 << 20 };

static uint8_t requests[AT_ONCE][REQUEST_BYTES], answers[AT_ONCE][MOST_BYTES];
static struct sockaddr_in peers[AT_ONCE];
static uint8_t controls[AT_ONCE][CMSG_SPACE(sizeof(struct in_pktinfo))];

static uint8_t *answer(const uint8_t *message, size_t length, uint32_t address, uint8_t *to) {
  struct element whole, version, community;
  const uint8_t *at = message, *end = message + length;
  if (!next_element(&at, end, &whole)) return NULL;
  at = whole.content;
  end = at + whole.length;
  if (!next_element(&at, end, &version) || version.length != 1) return NULL;
  if (version.content[0] == 3) return answer_v3(message, length, address, to);
  if (!next_element(&at, end, &community)) return NULL;
  uint8_t *from = answer_pdu(at, end, to);
  if (!from) return NULL;
  from = put_element(from, community.tag, community.content, community.length);
  from = put_element(from, version.tag, version.content, 1);
  return put_head(from, whole.tag, (size_t)(to - from));
}

int main(int count, char **arguments) {
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (count != 3) return 2;
  fill_mib();
  begin_usm(arguments[1], arguments[2]);
  int s = socket(AF_INET, SOCK_DGRAM, 0), yes = 1, buffer = BUFFER_BYTES;
  setsockopt(s, IPPROTO_IP, IP_PKTINFO, &yes, sizeof yes);
  setsockopt(s, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
  setsockopt(s, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
  /* Reached by the addresses of the loopback only: nobody else is answered. */
  struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_ANY)};
  socklen_t own_length = sizeof own;
  setsockopt(s, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3);
  if (bind(s, (struct sockaddr *)&own, sizeof own) || getsockname(s, (struct sockaddr *)&own, &own_length)) return 1;
  printf("%d\n", ntohs(own.sin_port));
  fflush(stdout);

  struct mmsghdr received[AT_ONCE], sent[AT_ONCE];
  struct iovec in[AT_ONCE], out[AT_ONCE];
  for (;;) {
    for (int i = 0; i < AT_ONCE; i++) {
      in[i] = (struct iovec){requests[i], REQUEST_BYTES};
      received[i].msg_hdr = (struct msghdr){&peers[i], sizeof peers[i], &in[i], 1, controls[i], sizeof controls[i], 0};
    }
    int got = recvmmsg(s, received, AT_ONCE, MSG_WAITFORONE, NULL), answered = 0;
    for (int i = 0; i < got; i++) {
      struct msghdr *header = &received[i].msg_hdr;
      struct cmsghdr *control = CMSG_FIRSTHDR(header);
      struct sockaddr_in *peer = &peers[i];
      if (!control || control->cmsg_type != IP_PKTINFO || ntohl(peer->sin_addr.s_addr) >> 24 != 127) continue;
      struct in_pktinfo *info = (struct in_pktinfo *)CMSG_DATA(control);
      uint8_t *end = answers[i] + MOST_BYTES;
      uint8_t *from = answer(requests[i], received[i].msg_len, info->ipi_addr.s_addr, end);
      if (!from) continue;
      info->ipi_spec_dst = info->ipi_addr;
      info->ipi_ifindex = 0;
      out[answered] = (struct iovec){from, (size_t)(end - from)};
      sent[answered].msg_hdr = (struct msghdr){peer, sizeof *peer, &out[answered], 1, controls[i], sizeof controls[i], 0};
      answered++;
    }
    for (int done = 0, more; done < answered; done += more) {
      more = sendmmsg(s, sent + done, answered - done, 0);
      if (more < 1) more = 1;
    }
  }
}
