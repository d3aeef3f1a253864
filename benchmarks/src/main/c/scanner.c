// Finds the written pages of a process, protects them again and notes them in a bitmap: a scan as the engine makes it.
// usage: scanner PID ADDRESS LENGTH_BYTES PAGE_BYTES
#include "common.h"

#define VECTOR 4096
#define RANGE_BYTES (256UL << 20) // as the engine takes them
#define PM_SCAN_WP_MATCHING 1
#define PM_SCAN_CHECK_WPASYNC 2
#define PAGE_IS_WRITTEN 2

// Of linux/fs.h since 6.7, which is newer than the headers may be.
struct scanned_region {
    uint64_t start, end, categories;
};

struct scan_argument {
    uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages;
    uint64_t category_inverted, category_mask, category_anyof_mask, return_mask;
};

#define SCAN _IOWR('f', 16, struct scan_argument)

static struct scanned_region found[VECTOR];

static void note(uint64_t *bits, uint64_t first, uint64_t end) {
    while (first < end) {
        uint64_t word = first / 64, in_word = first % 64;
        uint64_t count = end - first < 64 - in_word ? end - first : 64 - in_word;
        bits[word] |= (count == 64 ? ~0ULL : (1ULL << count) - 1) << in_word;
        first += count;
    }
}

static void scan(int pagemap, uint64_t address, uint64_t start, uint64_t end, uint64_t page_bytes, uint64_t *bits) {
    struct scan_argument argument = {
            .size = sizeof argument,
            .flags = PM_SCAN_WP_MATCHING | PM_SCAN_CHECK_WPASYNC,
            .start = start,
            .end = end,
            .vec = (uintptr_t)found,
            .vec_len = VECTOR,
            .category_mask = PAGE_IS_WRITTEN,
            .return_mask = PAGE_IS_WRITTEN,
    };
    while (argument.start < argument.end) {
        long count = check(ioctl(pagemap, SCAN, &argument), "PAGEMAP_SCAN");
        for (long i = 0; i < count; i++) {
            note(bits, (found[i].start - address) / page_bytes, (found[i].end - address) / page_bytes);
        }
        argument.start = argument.walk_end;
    }
}

int main(int count, char **arguments) {
    if (count != 5) {
        fprintf(stderr, "usage: scanner PID ADDRESS LENGTH_BYTES PAGE_BYTES\n");
        return 2;
    }
    char path[64], line[16];
    snprintf(path, sizeof path, "/proc/%s/pagemap", arguments[1]);
    int pagemap = check(open(path, O_RDONLY | O_CLOEXEC), path);
    uint64_t address = strtoull(arguments[2], NULL, 10), length = strtoull(arguments[3], NULL, 10);
    uint64_t page_bytes = strtoull(arguments[4], NULL, 10), words = length / page_bytes / 64 + 1;
    printf("attached\n");
    while (next_command(line, sizeof line)) {
        uint64_t *bits = malloc(words * sizeof *bits), pages = 0;
        memset(bits, 0, words * sizeof *bits);
        int64_t begun = now_nanos();
        for (uint64_t at = 0; at < length; at += RANGE_BYTES) {
            uint64_t range = length - at < RANGE_BYTES ? length - at : RANGE_BYTES;
            scan(pagemap, address, address + at, address + at + range, page_bytes, bits);
        }
        int64_t ended = now_nanos();
        for (uint64_t i = 0; i < words; i++) {
            pages += __builtin_popcountll(bits[i]);
        }
        free(bits);
        printf("%ld %lu\n", (long)(ended - begun), (unsigned long)pages);
    }
    return 0;
}
