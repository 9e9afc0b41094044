#include "CRE2.h"

#include <re2/re2.h>

#include <string.h>

#include <cstring>
#include <exception>
#include <memory>
#include <string>

struct cre2_pattern {
    RE2 expression;
    cre2_pattern(const re2::StringPiece &text, const RE2::Options &options) : expression(text, options) {}
};

namespace {

void copy_message(const std::string &from, char *to, size_t capacity) {
    if (to == nullptr || capacity == 0) return;
    size_t length = from.size() < capacity - 1 ? from.size() : capacity - 1;
    std::memcpy(to, from.data(), length);
    to[length] = '\0';
}

cre2_pattern *compile(
    const char *pattern, size_t length, RE2::Options::Encoding encoding, int64_t memory_limit_bytes, char *message,
    size_t message_capacity) {
    // No C++ exception may cross into Swift.
    try {
        RE2::Options options;
        options.set_encoding(encoding);
        options.set_log_errors(false);
        options.set_max_mem(memory_limit_bytes);
        auto compiled = std::make_unique<cre2_pattern>(re2::StringPiece(pattern, length), options);
        if (compiled->expression.ok()) return compiled.release();
        copy_message(compiled->expression.error(), message, message_capacity);
    } catch (const std::exception &problem) {
        copy_message(problem.what(), message, message_capacity);
    }
    return nullptr;
}

}  // namespace

cre2_pattern *cre2_compile(
    const char *pattern, size_t length, int64_t memory_limit_bytes, char *message, size_t message_capacity) {
    return compile(
        pattern, length, RE2::Options::EncodingUTF8, memory_limit_bytes, message, message_capacity);
}

cre2_pattern *cre2_compile_bytes(
    const char *pattern, size_t length, int64_t memory_limit_bytes, char *message, size_t message_capacity) {
    return compile(
        pattern, length, RE2::Options::EncodingLatin1, memory_limit_bytes, message, message_capacity);
}

void cre2_free(cre2_pattern *pattern) { delete pattern; }

bool cre2_matches(const cre2_pattern *pattern, const char *text, size_t length, bool whole) {
    try {
        re2::StringPiece piece(text, length);
        RE2::Anchor anchor = whole ? RE2::ANCHOR_BOTH : RE2::UNANCHORED;
        return pattern->expression.Match(piece, 0, length, anchor, nullptr, 0);
    } catch (const std::exception &) {
        return false;
    }
}

bool cre2_find_match(
    const cre2_pattern *pattern, const char *text, size_t length, size_t start, size_t *begin, size_t *end,
    size_t *match_end) {
    try {
        re2::StringPiece found[2];
        int count = pattern->expression.NumberOfCapturingGroups() > 0 ? 2 : 1;
        if (!pattern->expression.Match(
                re2::StringPiece(text, length), start, length, RE2::UNANCHORED, found, count)) {
            return false;
        }
        const re2::StringPiece &wanted = found[1].data() != nullptr ? found[1] : found[0];
        *begin = static_cast<size_t>(wanted.data() - text);
        *end = *begin + wanted.size();
        *match_end = static_cast<size_t>(found[0].data() - text) + found[0].size();
        return true;
    } catch (const std::exception &) {
        return false;
    }
}

ptrdiff_t cre2_find(const void *text, size_t length, const void *part, size_t part_length) {
    const void *found = memmem(text, length, part, part_length);
    return found == nullptr ? -1 : static_cast<const char *>(found) - static_cast<const char *>(text);
}
