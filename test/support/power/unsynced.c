/*
 * Loaded into a program before the system's library: notes, in order, all that the program does to the files below one
 * folder, and what it has had brought to the disk. From that the folder can be made again as a power cut may leave it.
 *
 *   UNSYNCED_ROOT  absolute path of the folder
 *   UNSYNCED_LOG   file that the notes are appended to; elsewhere
 *
 * A note is a kind (1 byte), an inode (8), an offset (8), a length (4), and that many bytes: what was written, or a path,
 * or two paths with a zero between them. Numbers are little-endian. One lock orders what all threads do; syncs are noted
 * and not done, for the machine itself goes on.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { CREATED = 1, WRITTEN, CUT, SYNCED, FOLDER_SYNCED, RENAMED, REMOVED, FOLDER_MADE, FOLDER_REMOVED, OPENED };

#define MOST_FILES 65536
static struct { ino_t inode; int is_folder; char *path; } files[MOST_FILES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *root;
static size_t root_length;
static int notes = -1;

static int (*real_open)(const char *, int, ...);
static int (*real_close)(int);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off64_t);
static ssize_t (*real_writev)(int, const struct iovec *, int);
static ssize_t (*real_pwritev)(int, const struct iovec *, int, off64_t);
static int (*real_ftruncate)(int, off64_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_rename)(const char *, const char *);
static int (*real_unlink)(const char *);
static int (*real_mkdir)(const char *, mode_t);
static int (*real_rmdir)(const char *);

__attribute__((constructor)) static void begin(void) {
  real_open = dlsym(RTLD_NEXT, "open64");
  real_close = dlsym(RTLD_NEXT, "close");
  real_write = dlsym(RTLD_NEXT, "write");
  real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
  real_writev = dlsym(RTLD_NEXT, "writev");
  real_pwritev = dlsym(RTLD_NEXT, "pwritev64");
  real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
  real_fsync = dlsym(RTLD_NEXT, "fsync");
  real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
  real_rename = dlsym(RTLD_NEXT, "rename");
  real_unlink = dlsym(RTLD_NEXT, "unlink");
  real_mkdir = dlsym(RTLD_NEXT, "mkdir");
  real_rmdir = dlsym(RTLD_NEXT, "rmdir");
  const char *log = getenv("UNSYNCED_LOG");
  root = getenv("UNSYNCED_ROOT");
  if (!root || !log) return;
  root_length = strlen(root);
  notes = real_open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

/* Half a note would make all that follow unreadable. */
static void put(const void *bytes, size_t length) {
  const char *at = bytes;
  while (length > 0) {
    ssize_t done = real_write(notes, at, length);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) abort();
    at += done;
    length -= (size_t)done;
  }
}

static void note(uint8_t kind, uint64_t inode, uint64_t offset, const void *bytes, uint32_t length) {
  static char together[1 << 16];
  int kept = errno;
  memcpy(together, &kind, 1);
  memcpy(together + 1, &inode, 8);
  memcpy(together + 9, &offset, 8);
  memcpy(together + 17, &length, 4);
  if (length <= sizeof together - 21) {
    memcpy(together + 21, bytes, length);
    put(together, 21 + length);
  } else {
    put(together, 21);
    put(bytes, length);
  }
  errno = kept;
}

static int is_meant(const char *path) {
  return notes >= 0 && path && strncmp(path, root, root_length) == 0 && (path[root_length] == '/' || !path[root_length]);
}

static int is_followed(int fd) { return notes >= 0 && fd >= 0 && fd < MOST_FILES && files[fd].inode != 0; }

static int opened(const char *path, int flags, mode_t mode) {
  if (!is_meant(path)) return real_open(path, flags, mode);
  pthread_mutex_lock(&lock);
  struct stat64 before, after;
  int was_there = stat64(path, &before) == 0;
  int fd = real_open(path, flags, mode);
  if (fd >= 0 && fd < MOST_FILES && fstat64(fd, &after) == 0) {
    free(files[fd].path);
    files[fd].inode = after.st_ino;
    files[fd].is_folder = S_ISDIR(after.st_mode);
    files[fd].path = strdup(path);
    if (!was_there) note(CREATED, after.st_ino, 0, path, strlen(path));
    else if (!files[fd].is_folder) {
      note(OPENED, after.st_ino, 0, path, strlen(path));
      if ((flags & O_TRUNC) && before.st_size > 0) note(CUT, after.st_ino, 0, "", 0);
    }
  }
  pthread_mutex_unlock(&lock);
  return fd;
}

#define MODE(flags, mode) \
  mode_t mode = 0; \
  if ((flags) & (O_CREAT | O_TMPFILE)) { \
    va_list more; \
    va_start(more, flags); \
    mode = va_arg(more, mode_t); \
    va_end(more); \
  }

int open(const char *path, int flags, ...) { MODE(flags, mode) return opened(path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags, mode) return opened(path, flags, mode); }

int close(int fd) {
  if (!is_followed(fd)) return real_close(fd);
  pthread_mutex_lock(&lock);
  files[fd].inode = 0;
  int result = real_close(fd);
  pthread_mutex_unlock(&lock);
  return result;
}

/* Appended where the file's own position, or its end, is. */
static uint64_t place(int fd, ssize_t done) { return (uint64_t)lseek64(fd, 0, SEEK_CUR) - (uint64_t)done; }

ssize_t write(int fd, const void *bytes, size_t length) {
  if (!is_followed(fd)) return real_write(fd, bytes, length);
  pthread_mutex_lock(&lock);
  ssize_t done = real_write(fd, bytes, length);
  if (done > 0) note(WRITTEN, files[fd].inode, place(fd, done), bytes, (uint32_t)done);
  pthread_mutex_unlock(&lock);
  return done;
}

static ssize_t written_at(int fd, const void *bytes, size_t length, off64_t offset) {
  if (!is_followed(fd)) return real_pwrite(fd, bytes, length, offset);
  pthread_mutex_lock(&lock);
  ssize_t done = real_pwrite(fd, bytes, length, offset);
  if (done > 0) note(WRITTEN, files[fd].inode, (uint64_t)offset, bytes, (uint32_t)done);
  pthread_mutex_unlock(&lock);
  return done;
}
ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) { return written_at(fd, bytes, length, offset); }
ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) { return written_at(fd, bytes, length, offset); }

static void note_pieces(int fd, const struct iovec *pieces, int count, ssize_t done, uint64_t offset) {
  for (int at = 0; at < count && done > 0; at += 1) {
    size_t length = pieces[at].iov_len < (size_t)done ? pieces[at].iov_len : (size_t)done;
    if (length > 0) note(WRITTEN, files[fd].inode, offset, pieces[at].iov_base, (uint32_t)length);
    offset += length;
    done -= (ssize_t)length;
  }
}

ssize_t writev(int fd, const struct iovec *pieces, int count) {
  if (!is_followed(fd)) return real_writev(fd, pieces, count);
  pthread_mutex_lock(&lock);
  ssize_t done = real_writev(fd, pieces, count);
  if (done > 0) note_pieces(fd, pieces, count, done, place(fd, done));
  pthread_mutex_unlock(&lock);
  return done;
}

static ssize_t pieces_written_at(int fd, const struct iovec *pieces, int count, off64_t offset) {
  if (!is_followed(fd)) return real_pwritev(fd, pieces, count, offset);
  pthread_mutex_lock(&lock);
  ssize_t done = real_pwritev(fd, pieces, count, offset);
  if (done > 0) note_pieces(fd, pieces, count, done, (uint64_t)offset);
  pthread_mutex_unlock(&lock);
  return done;
}
ssize_t pwritev(int fd, const struct iovec *pieces, int count, off_t offset) { return pieces_written_at(fd, pieces, count, offset); }
ssize_t pwritev64(int fd, const struct iovec *pieces, int count, off64_t offset) { return pieces_written_at(fd, pieces, count, offset); }

static int cut_to(int fd, off64_t size) {
  if (!is_followed(fd)) return real_ftruncate(fd, size);
  pthread_mutex_lock(&lock);
  int result = real_ftruncate(fd, size);
  if (result == 0) note(CUT, files[fd].inode, (uint64_t)size, "", 0);
  pthread_mutex_unlock(&lock);
  return result;
}
int ftruncate(int fd, off_t size) { return cut_to(fd, size); }
int ftruncate64(int fd, off64_t size) { return cut_to(fd, size); }

static int synced(int fd, int (*real)(int)) {
  if (!is_followed(fd)) return real(fd);
  pthread_mutex_lock(&lock);
  if (files[fd].is_folder) note(FOLDER_SYNCED, files[fd].inode, 0, files[fd].path, strlen(files[fd].path));
  else note(SYNCED, files[fd].inode, 0, "", 0);
  pthread_mutex_unlock(&lock);
  return 0;
}
int fsync(int fd) { return synced(fd, real_fsync); }
int fdatasync(int fd) { return synced(fd, real_fdatasync); }

static void note_path(uint8_t kind, const char *path) { note(kind, 0, 0, path, strlen(path)); }

int rename(const char *from, const char *to) {
  if (!is_meant(from) && !is_meant(to)) return real_rename(from, to);
  pthread_mutex_lock(&lock);
  int result = real_rename(from, to);
  if (result == 0) {
    char both[2 * PATH_MAX + 1];
    size_t length = strlen(from);
    memcpy(both, from, length + 1);
    memcpy(both + length + 1, to, strlen(to));
    note(RENAMED, 0, 0, both, length + 1 + strlen(to));
  }
  pthread_mutex_unlock(&lock);
  return result;
}

#define BY_PATH(name, parameters, call, kind) \
  int name parameters { \
    if (!is_meant(path)) return real_##name call; \
    pthread_mutex_lock(&lock); \
    int result = real_##name call; \
    if (result == 0) note_path(kind, path); \
    pthread_mutex_unlock(&lock); \
    return result; \
  }
BY_PATH(unlink, (const char *path), (path), REMOVED)
BY_PATH(mkdir, (const char *path, mode_t mode), (path, mode), FOLDER_MADE)
BY_PATH(rmdir, (const char *path), (path), FOLDER_REMOVED)
