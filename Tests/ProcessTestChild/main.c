// A program that misbehaves on purpose. `process-test-child MODE [ARGUMENT ...]`; each mode is one way to get away, to take
// too much, or to say what it was given. Nothing that it starts lives longer than a minute, whatever becomes of the test.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { longest_life_seconds = 60, most_processes = 300 };

extern char **environ;

static void live_on(void) {
    alarm(longest_life_seconds);
    for (;;) pause();
}

static pid_t child(void) {
    pid_t process = fork();
    if (process < 0) _exit(70);
    if (process == 0) alarm(longest_life_seconds);
    return process;
}

// Says that all is in place, so that a test can wait for it.
static void say_ready(void) {
    if (write(STDOUT_FILENO, "ready\n", 6) != 6) _exit(71);
}

static void print_argv(int argc, char **argv) {
    printf("%d\n", argc);
    for (int index = 0; index < argc; index++) {
        size_t length = strlen(argv[index]);
        printf("%zu:", length);
        fwrite(argv[index], 1, length, stdout);
        putchar('\n');
    }
}

static void print_environment(void) {
    for (char **entry = environ; *entry; entry++) puts(*entry);
}

static void print_descriptors(void) {
    for (int number = 0; number < 4096; number++) {
        if (fcntl(number, F_GETFD) >= 0) printf("%d ", number);
    }
}

// The Swift runtime, which the build links in, catches signals of crashes; only what is ignored or blocked was inherited.
static void print_state(void) {
    sigset_t blocked;
    sigprocmask(SIG_SETMASK, NULL, &blocked);
    int odd = 0;
    for (int number = 1; number < NSIG; number++) {
        struct sigaction action;
        if (sigismember(&blocked, number) == 1) odd++;
        if (sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN) odd++;
    }
    mode_t mask = umask(0);
    char folder[4096];
    printf("signals %d\numask %o\nfolder %s\n", odd, mask, getcwd(folder, sizeof folder));
    printf("leads %d %d\n", getsid(0) == getpid(), getpgrp() == getpid());
    const char *names[] = {"files", "memory", "core", "size"};
    int resources[] = {RLIMIT_NOFILE, RLIMIT_AS, RLIMIT_CORE, RLIMIT_FSIZE};
    for (int index = 0; index < 4; index++) {
        struct rlimit limit;
        getrlimit(resources[index], &limit);
        printf("%s %llu %llu\n", names[index], (unsigned long long)limit.rlim_cur, (unsigned long long)limit.rlim_max);
    }
}

// Its parent ends, so nobody of its own is left to wait for it.
static void fork_twice(void) {
    pid_t first = child();
    if (first == 0) {
        if (child() == 0) {
            say_ready();
            live_on();
        }
        _exit(0);
    }
    waitpid(first, NULL, 0);
}

static void leave_session(void) {
    if (child() == 0) {
        setsid();
        say_ready();
        live_on();
    }
    live_on();
}

// No session, no environment, no parents: only its control group, or who adopted it, tells whose it is.
static void hide(char *self, char *mark) {
    pid_t first = child();
    if (first == 0) {
        setsid();
        if (child() == 0) {
            char *const argv[] = {self, "hidden", mark, NULL};
            char *const envp[] = {NULL};
            execve("/proc/self/exe", argv, envp);
            _exit(72);
        }
        _exit(0);
    }
    waitpid(first, NULL, 0);
}

// The leader itself is gone at once, and what is left hides while the engine takes note of its end.
static void daemonise(char *self, char *mark) {
    if (child() > 0) _exit(0);
    setsid();
    if (child() > 0) _exit(0);
    char *const argv[] = {self, "hidden", mark, NULL};
    char *const envp[] = {NULL};
    execve("/proc/self/exe", argv, envp);
    _exit(72);
}

// As `systemd-run --scope` does: out of every control group, but not out of the session.
static void leave_cgroups(void) {
    const char *roots[] = {"/sys/fs/cgroup/cgroup.procs", "/sys/fs/cgroup/unified/cgroup.procs",
                           "/sys/fs/cgroup/pids/cgroup.procs"};
    if (child() == 0) {
        for (int index = 0; index < 3; index++) {
            int file = open(roots[index], O_WRONLY);
            if (file >= 0 && write(file, "0", 1) < 0) fprintf(stderr, "could not leave %s\n", roots[index]);
        }
        say_ready();
        live_on();
    }
    live_on();
}

static void ignore_signals(void) {
    for (int number = 1; number < NSIG; number++) signal(number, number == SIGALRM ? SIG_DFL : SIG_IGN);
    if (child() == 0) live_on();
    say_ready();
    live_on();
}

static void stop_and_fork(void) {
    for (int count = 0; count < 4; count++) {
        if (child() == 0) {
            raise(SIGSTOP);
            live_on();
        }
    }
    say_ready();
    raise(SIGSTOP);
    live_on();
}

// Bounded by the limits under test, and, should those fail, by a count that all of them share.
static void bomb(int leaves_session) {
    atomic_int *count = mmap(NULL, sizeof *count, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (count == MAP_FAILED) _exit(73);
    alarm(longest_life_seconds);
    int was_refused = 0;
    while (atomic_fetch_add(count, 1) < most_processes) {
        pid_t process = fork();
        if (process == 0) {
            alarm(longest_life_seconds);
            if (leaves_session) setsid();
        } else if (process < 0 && !was_refused) {
            was_refused = 1;
            if (write(STDOUT_FILENO, "refused\n", 8) != 8) _exit(71);
        }
        if (process < 0) {
            atomic_fetch_sub(count, 1);
            sched_yield();
        }
    }
    live_on();
}

static void flood(long long bytes) {
    static char block[1 << 16];
    memset(block, 'x', sizeof block);
    while (bytes > 0) {
        ssize_t count = write(STDOUT_FILENO, block, bytes < (long long)sizeof block ? (size_t)bytes : sizeof block);
        if (count < 0) exit(74);
        bytes -= count;
    }
}

static const char *note_path;

static void write_note(int number) {
    (void)number;
    int file = open(note_path, O_WRONLY | O_CREAT, 0600);
    if (file >= 0) close(file);
    _exit(0);
}

// The leader dies of SIGTERM at once; its child tidies up first.
static void tidy_up(const char *path) {
    note_path = path;
    if (child() == 0) {
        signal(SIGTERM, write_note);
        say_ready();
        live_on();
    }
    live_on();
}

static void go_on_without_output(const char *path) {
    close(STDOUT_FILENO);
    close(STDERR_FILENO);
    int file = open(path, O_WRONLY | O_CREAT, 0600);
    exit(file < 0 ? 75 : 7);
}

static void take_memory(size_t bytes) {
    char *memory = malloc(bytes);
    if (memory != NULL) memset(memory, 1, bytes);
    puts(memory == NULL ? "refused" : "taken");
}

int main(int argc, char **argv) {
    const char *mode = argc > 1 ? argv[1] : "";
    char *argument = argc > 2 ? argv[2] : "";
    char buffer[16];
    if (!strcmp(mode, "argv")) print_argv(argc, argv);
    else if (!strcmp(mode, "environment")) print_environment();
    else if (!strcmp(mode, "descriptors")) print_descriptors();
    else if (!strcmp(mode, "state")) print_state();
    else if (!strcmp(mode, "input")) printf("%zd", read(STDIN_FILENO, buffer, sizeof buffer));
    else if (!strcmp(mode, "exit")) return atoi(argument);
    else if (!strcmp(mode, "die")) { signal(atoi(argument), SIG_DFL); kill(getpid(), atoi(argument)); }
    else if (!strcmp(mode, "live")) { say_ready(); live_on(); }
    else if (!strcmp(mode, "hidden")) { say_ready(); live_on(); }
    else if (!strcmp(mode, "fork-twice")) fork_twice();
    else if (!strcmp(mode, "fork-twice-and-live")) { fork_twice(); live_on(); }
    else if (!strcmp(mode, "leave-session")) leave_session();
    else if (!strcmp(mode, "hide")) hide(argv[0], argument);
    else if (!strcmp(mode, "hide-and-live")) { hide(argv[0], argument); live_on(); }
    else if (!strcmp(mode, "daemonise")) daemonise(argv[0], argument);
    else if (!strcmp(mode, "leave-cgroups")) leave_cgroups();
    else if (!strcmp(mode, "ignore-signals")) ignore_signals();
    else if (!strcmp(mode, "stop")) { say_ready(); raise(SIGSTOP); live_on(); }
    else if (!strcmp(mode, "stop-and-fork")) stop_and_fork();
    else if (!strcmp(mode, "bomb")) bomb(0);
    else if (!strcmp(mode, "bomb-of-sessions")) bomb(1);
    else if (!strcmp(mode, "flood")) flood(atoll(argument));
    else if (!strcmp(mode, "tidy-up")) tidy_up(argument);
    else if (!strcmp(mode, "no-output")) go_on_without_output(argument);
    else if (!strcmp(mode, "memory")) take_memory((size_t)atoll(argument));
    else return 64;
    return 0;
}
