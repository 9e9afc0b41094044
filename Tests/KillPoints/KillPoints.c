#define _GNU_SOURCE
#include "KillPoints.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x00001000
#endif

enum { name_bytes = 96, most_tallies = 64, most_children = 4096, line_bytes = 4096 };

enum phase { BEFORE, WITHIN, EXEC, AFTER };

/// A point that was reached.
struct point {
    char kind[16];
    char file[name_bytes];
    int number;
    /// Among points of all kinds.
    int total;
};

// MARK: - The calls behind

static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_ftruncate)(int, off_t);
static int (*real_unlink)(const char *);
static int (*real_unlinkat)(int, const char *, int);
static int (*real_rename)(const char *, const char *);
static int (*real_renameat)(int, const char *, int, const char *);
static int (*real_clone)(int (*)(void *), void *, int, void *, ...);
static long (*real_syscall)(long, ...);
static int (*real_waitid)(idtype_t, id_t, siginfo_t *, int);
static int (*real_kill)(pid_t, int);
static int (*real_poll)(struct pollfd *, nfds_t, int);

static void *behind(const char *name) {
    void *found = dlsym(RTLD_NEXT, name);
    if (found == NULL) abort();
    return found;
}

static void find_calls(void) {
    real_write = behind("write");
    real_pwrite = behind("pwrite64");
    real_fsync = behind("fsync");
    real_fdatasync = behind("fdatasync");
    real_ftruncate = behind("ftruncate64");
    real_unlink = behind("unlink");
    real_unlinkat = behind("unlinkat");
    real_rename = behind("rename");
    real_renameat = behind("renameat");
    real_clone = behind("clone");
    real_waitid = behind("waitid");
    real_kill = behind("kill");
    real_poll = behind("poll");
    real_syscall = behind("syscall");
}

// MARK: - What the environment says

static char folder[1024];
static size_t folder_length;
static int log_file = -1;
static char wanted_kind[16];
static char wanted_file[name_bytes];
static int wanted_number;
static enum phase wanted_phase;
static bool kills;
static long delay_milliseconds;

static enum phase phase_named(const char *name) {
    if (strcmp(name, "within") == 0) return WITHIN;
    if (strcmp(name, "exec") == 0) return EXEC;
    if (strcmp(name, "after") == 0) return AFTER;
    return BEFORE;
}

static void read_environment(void) {
    const char *text = getenv("KILL_POINTS_FOLDER");
    if (text != NULL) snprintf(folder, sizeof folder, "%s/", text);
    folder_length = strlen(folder);
    text = getenv("KILL_POINTS_LOG");
    if (text != NULL) log_file = open(text, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    text = getenv("KILL_POINTS_DELAY");
    if (text != NULL) delay_milliseconds = atol(text);
    text = getenv("KILL_POINTS_AT");
    char phase[16];
    kills = text != NULL
        && sscanf(text, "%15s %95s %d %15s", wanted_kind, wanted_file, &wanted_number, phase) == 4;
    if (kills) wanted_phase = phase_named(phase);
}

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void set_up(void) {
    find_calls();
    read_environment();
}

/// Others may write before our own constructor runs.
static void ready(void) { pthread_once(&once, set_up); }

__attribute__((constructor)) static void begin(void) { ready(); }

// MARK: - Points

static struct tally {
    char kind[16];
    char file[name_bytes];
    int count;
} tallies[most_tallies];
static int tally_count;
static int total_count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void say(const char *line, int length) {
    if (log_file >= 0 && length > 0) real_syscall(SYS_write, log_file, line, (size_t)length);
}

static struct tally *tally_of(const char *kind, const char *file) {
    for (int index = 0; index < tally_count; index++) {
        if (strcmp(tallies[index].kind, kind) == 0 && strcmp(tallies[index].file, file) == 0) return &tallies[index];
    }
    if (tally_count == most_tallies) abort();
    struct tally *made = &tallies[tally_count++];
    snprintf(made->kind, sizeof made->kind, "%s", kind);
    snprintf(made->file, sizeof made->file, "%s", file);
    return made;
}

/// Counts a point and says so. `number`: of a child, whose points are numbered like it; else 0.
static struct point reached(const char *kind, const char *file, int number) {
    int error = errno;
    struct point point = {.number = number};
    snprintf(point.kind, sizeof point.kind, "%s", kind);
    snprintf(point.file, sizeof point.file, "%s", file);
    pthread_mutex_lock(&lock);
    if (number == 0) point.number = ++tally_of(kind, file)->count;
    point.total = ++total_count;
    char line[256];
    int length = snprintf(line, sizeof line, "%s %s %d\n", point.kind, point.file, point.number);
    say(line, length);
    pthread_mutex_unlock(&lock);
    errno = error;
    return point;
}

static bool is_wanted(const struct point *point, enum phase phase) {
    if (!kills || phase != wanted_phase) return false;
    if (strcmp(wanted_kind, "any") == 0) return point->total == wanted_number;
    return point->number == wanted_number && strcmp(point->kind, wanted_kind) == 0
        && strcmp(point->file, wanted_file) == 0;
}

static void die(void) {
    real_syscall(SYS_kill, (pid_t)real_syscall(SYS_getpid), SIGKILL);
    for (;;) pause();
}

static void dies_if_wanted(const struct point *point, enum phase phase) {
    if (is_wanted(point, phase)) die();
}

static void pass(long milliseconds) {
    struct timespec time = {.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000};
    nanosleep(&time, NULL);
}

// MARK: - Files

/// Names of requests and answers differ each time: their folder stands for them.
static bool shorten(const char *path, char name[name_bytes]) {
    if (folder_length == 0 || strncmp(path, folder, folder_length) != 0) return false;
    const char *rest = path + folder_length;
    const char *slash = strchr(rest, '/');
    int length = slash != NULL ? (int)(slash - rest) : (int)strlen(rest);
    snprintf(name, name_bytes, "%.*s", length < name_bytes - 1 ? length : name_bytes - 1, rest);
    return true;
}

static bool path_of(int descriptor, char *path, size_t size) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    long length = real_syscall(SYS_readlinkat, AT_FDCWD, link, path, size - 1);
    if (length <= 0) return false;
    path[length] = 0;
    return true;
}

/// Whether a descriptor is of a file below the folder, and which.
static bool is_counted(int descriptor, char name[name_bytes]) {
    ready();
    int error = errno;
    char path[1024];
    bool found = folder_length > 0 && path_of(descriptor, path, sizeof path) && shorten(path, name);
    errno = error;
    return found;
}

static bool is_counted_at(int directory, const char *path, char name[name_bytes]) {
    ready();
    if (path[0] == '/') return shorten(path, name);
    int error = errno;
    char whole[2048];
    bool found = path_of(directory, whole, 1024);
    if (found) {
        size_t length = strlen(whole);
        snprintf(whole + length, sizeof whole - length, "/%s", path);
    }
    errno = error;
    return found && shorten(whole, name);
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
    char name[name_bytes];
    if (!is_counted(descriptor, name)) return real_write(descriptor, bytes, count);
    struct point point = reached("write", name, 0);
    dies_if_wanted(&point, BEFORE);
    if (is_wanted(&point, WITHIN)) {
        real_write(descriptor, bytes, count / 2);
        die();
    }
    ssize_t written = real_write(descriptor, bytes, count);
    dies_if_wanted(&point, AFTER);
    return written;
}

static ssize_t write_at(int descriptor, const void *bytes, size_t count, off_t offset) {
    char name[name_bytes];
    if (!is_counted(descriptor, name)) return real_pwrite(descriptor, bytes, count, offset);
    struct point point = reached("write", name, 0);
    dies_if_wanted(&point, BEFORE);
    if (is_wanted(&point, WITHIN)) {
        real_pwrite(descriptor, bytes, count / 2, offset);
        die();
    }
    ssize_t written = real_pwrite(descriptor, bytes, count, offset);
    dies_if_wanted(&point, AFTER);
    return written;
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
    return write_at(descriptor, bytes, count, offset);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t offset) {
    return write_at(descriptor, bytes, count, offset);
}

/// A call that is done as a whole or not at all.
#define STEP(KIND, IS_COUNTED, CALL)                   \
    char name[name_bytes];                             \
    if (!(IS_COUNTED)) return CALL;                    \
    struct point point = reached(KIND, name, 0);       \
    dies_if_wanted(&point, BEFORE);                    \
    int answer = CALL;                                 \
    dies_if_wanted(&point, AFTER);                     \
    return answer;

int fsync(int descriptor) { STEP("sync", is_counted(descriptor, name), real_fsync(descriptor)) }

int fdatasync(int descriptor) { STEP("sync", is_counted(descriptor, name), real_fdatasync(descriptor)) }

int ftruncate(int descriptor, off_t size) { STEP("cut", is_counted(descriptor, name), real_ftruncate(descriptor, size)) }

int ftruncate64(int descriptor, off64_t size) {
    STEP("cut", is_counted(descriptor, name), real_ftruncate(descriptor, size))
}

int unlink(const char *path) { STEP("remove", is_counted_at(AT_FDCWD, path, name), real_unlink(path)) }

int unlinkat(int directory, const char *path, int flags) {
    STEP("remove", is_counted_at(directory, path, name), real_unlinkat(directory, path, flags))
}

int rename(const char *old, const char *new) { STEP("rename", is_counted_at(AT_FDCWD, new, name), real_rename(old, new)) }

int renameat(int from, const char *old, int to, const char *new) {
    STEP("rename", is_counted_at(to, new, name), real_renameat(from, old, to, new))
}

// MARK: - Children

/// By number, from 1. Written under the lock; an entry is complete before the child is a program.
static struct child {
    pid_t process;
    int ended;
    bool is_waited_for;
    bool is_seen;
} children[most_children];
static int child_count;

/// What a child that shares our memory begins with. It lies on the stack of the parent's thread, which sleeps meanwhile.
struct birth {
    int (*become)(void *);
    void *argument;
    struct point point;
    pid_t parent;
    /// What it becomes. The child has no log: it closes what is not its own.
    char program[line_bytes];
    int program_length;
};

/// Of the child that is being started. One at a time: its parent's other threads may start others, but only of those that
/// share the memory, and the product starts those one after the other.
static struct birth *under_way;

static int born(void *argument) {
    struct birth *birth = argument;
    if (is_wanted(&birth->point, WITHIN)) real_syscall(SYS_kill, birth->parent, SIGKILL);
    return birth->become(birth->argument);
}

int clone(int (*become)(void *), void *stack, int flags, void *argument, ...) {
    ready();
    va_list rest;
    va_start(rest, argument);
    pid_t *parent_place = va_arg(rest, pid_t *);
    void *storage = va_arg(rest, void *);
    pid_t *child_place = va_arg(rest, pid_t *);
    va_end(rest);
    if ((flags & CLONE_VFORK) == 0 || (flags & CLONE_PIDFD) == 0 || folder_length == 0) {
        return real_clone(become, stack, flags, argument, parent_place, storage, child_place);
    }
    struct birth birth = {.become = become, .argument = argument, .parent = getpid(), .program_length = 0};
    birth.point = reached("spawn", "child", 0);
    if (birth.point.number >= most_children) abort();
    dies_if_wanted(&birth.point, BEFORE);
    under_way = &birth;
    int process = real_clone(born, stack, flags, &birth, parent_place, storage, child_place);
    under_way = NULL;
    say(birth.program, birth.program_length);
    dies_if_wanted(&birth.point, AFTER);
    if (process > 0) {
        pthread_mutex_lock(&lock);
        children[birth.point.number] = (struct child){.process = process, .ended = *parent_place};
        if (child_count < birth.point.number) child_count = birth.point.number;
        pthread_mutex_unlock(&lock);
    }
    return process;
}

static void note_program(struct birth *birth, char *const *argv) {
    int length = snprintf(birth->program, line_bytes, "exec %d", birth->point.number);
    for (; argv != NULL && *argv != NULL && length < line_bytes - 1; argv++) {
        length += snprintf(birth->program + length, line_bytes - (size_t)length, " %s", *argv);
    }
    if (length > line_bytes - 2) length = line_bytes - 2;
    for (int index = 0; index < length; index++) {
        if (birth->program[index] == '\n') birth->program[index] = ' ';
    }
    birth->program[length] = '\n';
    birth->program_length = length + 1;
}

static int number_of(pid_t process) {
    int found = 0;
    pthread_mutex_lock(&lock);
    for (int number = child_count; number > 0 && found == 0; number--) {
        if (children[number].process == process) found = number;
    }
    pthread_mutex_unlock(&lock);
    return found;
}

/// Also for the look at a process that ended, and for signals by descriptor, which the product asks the kernel for directly.
long syscall(long number, ...) {
    ready();
    va_list rest;
    va_start(rest, number);
    long a = va_arg(rest, long), b = va_arg(rest, long), c = va_arg(rest, long);
    long d = va_arg(rest, long), e = va_arg(rest, long), f = va_arg(rest, long);
    va_end(rest);
    // In the child: its parent sleeps.
    if (number == SYS_execveat && under_way != NULL) {
        note_program(under_way, (char *const *)c);
        if (is_wanted(&under_way->point, EXEC)) real_syscall(SYS_kill, under_way->parent, SIGKILL);
    }
    if (number == SYS_pidfd_send_signal && b != 0 && folder_length > 0) {
        struct point point = reached("signal", "child", 0);
        dies_if_wanted(&point, BEFORE);
        long answer = real_syscall(number, a, b, c, d, e, f);
        dies_if_wanted(&point, AFTER);
        return answer;
    }
    return real_syscall(number, a, b, c, d, e, f);
}

int kill(pid_t process, int signal) {
    ready();
    if (signal == 0 || folder_length == 0) return real_kill(process, signal);
    struct point point = reached("signal", "child", 0);
    dies_if_wanted(&point, BEFORE);
    int answer = real_kill(process, signal);
    dies_if_wanted(&point, AFTER);
    return answer;
}

static bool has_ended(pid_t process) {
    siginfo_t found = {.si_pid = 0};
    return real_waitid(P_PID, (id_t)process, &found, WEXITED | WNOHANG | WNOWAIT) == 0 && found.si_pid != 0;
}

/// A look at a child that goes on is no point; `poll` is where it is waited for.
int waitid(idtype_t type, id_t id, siginfo_t *found, int options) {
    ready();
    int number = type == P_PID ? number_of((pid_t)id) : 0;
    bool reaps = (options & WNOWAIT) == 0;
    if (number == 0 || (!reaps && children[number].is_seen) || !has_ended((pid_t)id)) {
        return real_waitid(type, id, found, options);
    }
    struct point point = reached(reaps ? "reap" : "wait", "child", number);
    dies_if_wanted(&point, BEFORE);
    int answer = real_waitid(type, id, found, options);
    children[number].is_seen = true;
    if (reaps) children[number].process = 0;
    dies_if_wanted(&point, AFTER);
    return answer;
}

/// The first time that a child is waited for. It is let run for a moment, so that it is found in the midst of its work.
int poll(struct pollfd *waited, nfds_t count, int timeout) {
    ready();
    for (nfds_t index = 0; kills && wanted_phase == WITHIN && index < count; index++) {
        int number = 0;
        pthread_mutex_lock(&lock);
        for (int candidate = child_count; candidate > 0 && number == 0; candidate--) {
            struct child *child = &children[candidate];
            if (child->process == 0 || child->ended != waited[index].fd || child->is_waited_for) continue;
            child->is_waited_for = true;
            number = candidate;
        }
        pthread_mutex_unlock(&lock);
        struct point point = {.kind = "wait", .file = "child", .number = number};
        if (number == 0 || !is_wanted(&point, WITHIN)) continue;
        pass(delay_milliseconds);
        die();
    }
    return real_poll(waited, count, timeout);
}
