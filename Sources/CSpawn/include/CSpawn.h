#ifndef CSPAWN_H
#define CSPAWN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/// A bound that is not set.
#define CSPAWN_UNLIMITED UINT64_MAX

/// Everything that a child is started with. Pointers and descriptors stay the caller's.
///
/// Every descriptor has to be above 3: the child puts its own at 0 to 3.
struct cspawn_request {
    /// Opened for reading; what it names is run, and no path is looked up again.
    int executable;
    /// Leaves the executable open in the child as descriptor 3: the kernel hands a script to its interpreter as `/dev/fd/3`.
    bool keeps_executable;
    char *const *argv;
    char *const *envp;
    int directory;
    int input;
    int output;
    int error_output;
    /// `cgroup.procs` files, opened for writing, that the child enters before anything else of it runs.
    const int *cgroups;
    int cgroup_count;
    mode_t file_mode_mask;
    uint64_t open_files;
    uint64_t address_space_bytes;
    uint64_t file_bytes;
    /// Of the whole user; the kernel does not hold root to it.
    uint64_t user_processes;
};

/// How far a child came that could not be started.
enum cspawn_stage {
    CSPAWN_CLONE,
    CSPAWN_SESSION,
    CSPAWN_CGROUP,
    CSPAWN_PARENT,
    CSPAWN_DIRECTORY,
    CSPAWN_DESCRIPTORS,
    CSPAWN_LIMITS,
    CSPAWN_EXEC,
};

struct cspawn_result {
    pid_t process;
    /// A pidfd, close-on-exec; readable once the process has ended.
    int descriptor;
    /// An `errno`, or 0 where the program runs.
    int error;
    enum cspawn_stage stage;
};

/// Starts a program in a session and process group of its own, with every signal at its default and nothing blocked.
///
/// Returns once the program runs, or could not be started; then nothing is left of it. The kernel kills the child when the
/// calling *thread* ends (`PR_SET_PDEATHSIG`), so that thread has to stay until the child is reaped. The kernel forgets that
/// for a child that becomes another user (set-user-ID programs such as sudo, or file capabilities): such a one can outlive its
/// parent, and a parent without the right to signal it cannot kill it, unless the control group can (`cgroup.kill`).
struct cspawn_result cspawn_start(const struct cspawn_request *request);

/// How a child ended.
struct cspawn_status {
    /// 0, or an `errno`; `EAGAIN` where it has not ended.
    int error;
    /// Whether a signal ended it.
    bool is_signal;
    /// Exit code, or signal.
    int value;
};

/// Looks how a child ended, without waiting.
///
/// \param reaps also takes it off the process table; else its number, and that of its group, stays taken.
struct cspawn_status cspawn_status_of(pid_t process, bool reaps);

/// A pipe whose ends are close-on-exec: first the end to read from, which does not block. 0 or -1 with `errno`.
int cspawn_pipe(int ends[2]);

/// An eventfd, close-on-exec and not blocking, or -1 with `errno`.
int cspawn_event(void);

/// A pidfd for any process, or -1 with `errno`.
int cspawn_open_process(pid_t process);

/// Sends a signal through a pidfd: to that very process, even where its number is another's by now. 0 or -1 with `errno`.
int cspawn_signal(int process_descriptor, int signal);

/// Makes the calling process a parent that can answer for its children: it adopts every orphan below it, so that none can
/// hide under process 1, and no longer ignores `SIGCHLD`, which it may have inherited and which would lose how they ended.
/// 0 or -1 with `errno`.
int cspawn_become_keeper(void);

/// Keeps everybody from opening a file for writing while it lies open here: they wait, for the 45 s of
/// `/proc/sys/fs/lease-break-time` at most. 0 or -1 with `errno`: `EAGAIN` where somebody has it open for writing already,
/// `EACCES` or `EINVAL` where this user or file system knows no leases.
int cspawn_hold_off_writers(int descriptor);

/// Lets writers in again.
void cspawn_let_writers_in(int descriptor);

#endif
