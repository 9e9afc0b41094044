#define _GNU_SOURCE
#include "CSpawn.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x00001000
#endif

enum { stack_bytes = 64 << 10, executable_place = 3 };

/// What parent and child share: the child runs in the parent's memory until it is another program, as with vfork.
struct launch {
    const struct cspawn_request *request;
    pid_t parent;
    /// volatile: the compiler cannot know that the child writes them while the parent is in `clone`.
    volatile int error;
    volatile enum cspawn_stage stage;
};

/// Nothing may run between here and exec but system calls: other threads of the parent may hold any lock.
static void fail(struct launch *launch, enum cspawn_stage stage) {
    launch->error = errno == 0 ? EIO : errno;
    launch->stage = stage;
    _exit(127);
}

/// An ignored signal would stay ignored in the new program.
static void reset_signals(void) {
    struct sigaction action = {.sa_handler = SIG_DFL};
    for (int signal = 1; signal < NSIG; signal++) sigaction(signal, &action, NULL);
}

static int limit(int resource, uint64_t amount) {
    if (amount == CSPAWN_UNLIMITED) return 0;
    struct rlimit now;
    if (getrlimit(resource, &now) != 0) return -1;
    rlim_t bound = amount < now.rlim_max ? amount : now.rlim_max;
    struct rlimit wanted = {.rlim_cur = bound, .rlim_max = bound};
    return setrlimit(resource, &wanted);
}

static int set_limits(const struct cspawn_request *request) {
    if (limit(RLIMIT_CORE, 0) != 0 || limit(RLIMIT_NOFILE, request->open_files) != 0) return -1;
    if (limit(RLIMIT_FSIZE, request->file_bytes) != 0) return -1;
    if (limit(RLIMIT_NPROC, request->user_processes) != 0) return -1;
    return limit(RLIMIT_AS, request->address_space_bytes);
}

static int close_from(unsigned int first) {
    return (int)syscall(SYS_close_range, first, ~0U, 0);
}

static int place_descriptors(const struct cspawn_request *request) {
    if (dup2(request->input, STDIN_FILENO) < 0 || dup2(request->output, STDOUT_FILENO) < 0) return -1;
    if (dup2(request->error_output, STDERR_FILENO) < 0) return -1;
    int flags = request->keeps_executable ? 0 : O_CLOEXEC;
    if (dup3(request->executable, executable_place, flags) < 0) return -1;
    return close_from(executable_place + 1);
}

static int become(void *argument) {
    struct launch *launch = argument;
    const struct cspawn_request *request = launch->request;
    reset_signals();
    if (setsid() < 0) fail(launch, CSPAWN_SESSION);
    for (int index = 0; index < request->cgroup_count; index++) {
        if (write(request->cgroups[index], "0", 1) != 1) fail(launch, CSPAWN_CGROUP);
    }
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) fail(launch, CSPAWN_PARENT);
    // The parent may have died before it was asked about.
    errno = ESRCH;
    if (getppid() != launch->parent) fail(launch, CSPAWN_PARENT);
    umask(request->file_mode_mask);
    if (fchdir(request->directory) != 0) fail(launch, CSPAWN_DIRECTORY);
    if (place_descriptors(request) != 0) fail(launch, CSPAWN_DESCRIPTORS);
    if (set_limits(request) != 0) fail(launch, CSPAWN_LIMITS);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    syscall(SYS_execveat, executable_place, "", request->argv, request->envp, AT_EMPTY_PATH);
    fail(launch, CSPAWN_EXEC);
    return 127;
}

static struct cspawn_result failure(enum cspawn_stage stage) {
    return (struct cspawn_result){.process = -1, .descriptor = -1, .error = errno, .stage = stage};
}

/// The child needs a stack of its own: it shares the parent's memory, and the parent's thread sleeps on its own stack.
static struct cspawn_result start_on(char *stack, struct launch *launch) {
    int descriptor = -1;
    int flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD;
    pid_t process = clone(become, stack + stack_bytes, flags, launch, &descriptor);
    if (process < 0) return failure(CSPAWN_CLONE);
    if (launch->error == 0) {
        return (struct cspawn_result){.process = process, .descriptor = descriptor, .error = 0, .stage = CSPAWN_EXEC};
    }
    close(descriptor);
    while (waitpid(process, NULL, 0) < 0 && errno == EINTR) continue;
    errno = launch->error;
    return failure(launch->stage);
}

struct cspawn_result cspawn_start(const struct cspawn_request *request) {
    char *stack = mmap(NULL, stack_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (stack == MAP_FAILED) return failure(CSPAWN_CLONE);
    struct launch launch = {.request = request, .parent = getpid(), .error = 0, .stage = CSPAWN_CLONE};
    // A handler of the parent must not run in the child, in the parent's memory.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    struct cspawn_result result = start_on(stack, &launch);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    munmap(stack, stack_bytes);
    return result;
}

struct cspawn_status cspawn_status_of(pid_t process, bool reaps) {
    siginfo_t found = {.si_pid = 0};
    int options = WEXITED | WNOHANG | (reaps ? 0 : WNOWAIT);
    int answer;
    do answer = waitid(P_PID, (id_t)process, &found, options);
    while (answer < 0 && errno == EINTR);
    if (answer < 0) return (struct cspawn_status){.error = errno};
    if (found.si_pid == 0) return (struct cspawn_status){.error = EAGAIN};
    return (struct cspawn_status){.error = 0, .is_signal = found.si_code != CLD_EXITED, .value = found.si_status};
}

int cspawn_pipe(int ends[2]) {
    if (pipe2(ends, O_CLOEXEC) != 0) return -1;
    return fcntl(ends[0], F_SETFL, O_NONBLOCK);
}

int cspawn_event(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

int cspawn_open_process(pid_t process) { return (int)syscall(SYS_pidfd_open, process, 0); }

int cspawn_signal(int process_descriptor, int signal) {
    return (int)syscall(SYS_pidfd_send_signal, process_descriptor, signal, NULL, 0);
}

int cspawn_become_keeper(void) {
    struct sigaction action;
    if (sigaction(SIGCHLD, NULL, &action) != 0) return -1;
    if (action.sa_handler == SIG_IGN || (action.sa_flags & SA_NOCLDWAIT) != 0) {
        if (action.sa_handler == SIG_IGN) action.sa_handler = SIG_DFL;
        action.sa_flags &= ~SA_NOCLDWAIT;
        if (sigaction(SIGCHLD, &action, NULL) != 0) return -1;
    }
    return prctl(PR_SET_CHILD_SUBREAPER, 1);
}

int cspawn_hold_off_writers(int descriptor) {
    // The kernel tells of a waiting writer by SIGIO, which would end this process; SIGURG is ignored unless somebody asks.
    if (fcntl(descriptor, F_SETSIG, SIGURG) != 0) return -1;
    return fcntl(descriptor, F_SETLEASE, F_RDLCK);
}

void cspawn_let_writers_in(int descriptor) { fcntl(descriptor, F_SETLEASE, F_UNLCK); }
