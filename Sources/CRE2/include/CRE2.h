#ifndef CRE2_H
#define CRE2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A compiled pattern. Immutable; any number of threads may match with it at once.
typedef struct cre2_pattern cre2_pattern;

/// Compiles a UTF-8 pattern. On failure returns NULL and writes a message, cut to fit and NUL-terminated.
cre2_pattern *cre2_compile(
    const char *pattern, size_t length, int64_t memory_limit_bytes, char *message, size_t message_capacity);

void cre2_free(cre2_pattern *pattern);

/// Whether the whole text, or some part of it, matches. The text may contain NUL.
bool cre2_matches(const cre2_pattern *pattern, const char *text, size_t length, bool whole);

/// Compiles an ASCII pattern that matches any bytes, each as the Latin-1 character of its number. Failure as above.
cre2_pattern *cre2_compile_bytes(
    const char *pattern, size_t length, int64_t memory_limit_bytes, char *message, size_t message_capacity);

/// The first match at or after `start`: of the pattern's first group where it has one that took part, else the whole.
/// `*match_end` is always where the whole match ends. Answers false where there is none.
bool cre2_find_match(
    const cre2_pattern *pattern, const char *text, size_t length, size_t start, size_t *begin, size_t *end,
    size_t *match_end);

/// Where `part` first occurs in `text`, or -1. Linear in the length of both; here because Swift's Glibc module leaves out
/// `memmem`.
ptrdiff_t cre2_find(const void *text, size_t length, const void *part, size_t part_length);

#ifdef __cplusplus
}
#endif

#endif
