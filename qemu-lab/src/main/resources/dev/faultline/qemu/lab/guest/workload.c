/*
 * The workload of the lab's Linux guest: rewrites and verifies its memory and a disk for ever, and prints heartbeats.
 *
 * A page holds 512 words: word j = (version * K1 ^ id * K2) + j * STEP, over all of its bytes, so that a torn page, a
 * stale one and the page of another address are all seen. What it should hold is known from the array of versions,
 * which has to agree with the pass: a hot page is rewritten once in each pass, and is verified whole before. The cold
 * pages keep version 1. The walk verifies pages of both kinds at each heartbeat.
 *
 * Parameters are on the kernel's command line: lab.hot= and lab.cold= in MiB; lab.rate= pages rewritten a second, 0 none,
 * -1 without a limit; lab.beat= milliseconds; lab.walk= milliseconds in which the walk gets round; lab.disk= a device
 * and lab.think= microseconds between its operations.
 *
 * Compile: cc -O2 -funroll-loops -static -pthread -o workload workload.c
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define K1 0x9E3779B97F4A7C15ull
#define K2 0xC2B2AE3D27D4EB4Full
#define STEP 0x165667B19E3779F9ull

#define PAGE_BYTES 4096
#define PAGE_WORDS 512
#define PAGES_PER_MIB 256
#define MAX_REPORTS 64

#define BLOCK_PAGES 16
#define BLOCK_BYTES (BLOCK_PAGES * PAGE_BYTES)
#define BLOCKS 256
#define BUFFERS 32
/* Ids of the disk's pages follow those of memory, so that a page of one never passes for a page of the other. */
#define DISK_ID (1ull << 40)

static int console;
static pthread_mutex_t printing = PTHREAD_MUTEX_INITIALIZER;
static atomic_ulong corruptions;
static atomic_ulong disk_operations;

static __attribute__((format(printf, 1, 2))) void print(const char *format, ...) {
    char line[256];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    pthread_mutex_lock(&printing);
    for (int done = 0; done < length;) {
        ssize_t written = write(console, line + done, (size_t)(length - done));
        if (written > 0) {
            done += (int)written;
        }
    }
    pthread_mutex_unlock(&printing);
}

static void corrupt(const char *kind, uint64_t page, int word, uint64_t expected, uint64_t found) {
    if (atomic_fetch_add(&corruptions, 1) < MAX_REPORTS) {
        print("CORRUPT %s page %lu word %d expected 0x%016lx found 0x%016lx\n", kind, page, word, expected, found);
    }
}

static void fail(const char *what) {
    print("FAILED %s: %s\n", what, strerror(errno));
    for (;;) {
        pause();
    }
}

static uint64_t now_nanos(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static uint64_t first_word(uint64_t id, uint64_t version) {
    return version * K1 ^ id * K2;
}

static void fill(uint64_t *page, uint64_t id, uint64_t version) {
    uint64_t value = first_word(id, version);
    for (int i = 0; i < PAGE_WORDS; i++, value += STEP) {
        page[i] = value;
    }
}

/* Returns the first word that is wrong, or PAGE_WORDS. */
static int first_wrong(const uint64_t *page, uint64_t value) {
    uint64_t difference = 0;
    __asm__ volatile("" ::: "memory");
    for (int i = 0; i < PAGE_WORDS; i++) {
        difference |= page[i] ^ (value + (uint64_t)i * STEP);
    }
    if (difference == 0) {
        return PAGE_WORDS;
    }
    for (int i = 0; i < PAGE_WORDS; i++) {
        if (page[i] != value + (uint64_t)i * STEP) {
            return i;
        }
    }
    return 0; /* it was wrong, and changed meanwhile */
}

/* Verifies a page, reports its first wrong word, and repairs it. */
static void verify(const char *kind, uint64_t *page, uint64_t id, uint64_t version) {
    uint64_t value = first_word(id, version);
    int word = first_wrong(page, value);
    if (word < PAGE_WORDS) {
        corrupt(kind, id, word, value + (uint64_t)word * STEP, page[word]);
        fill(page, id, version);
    }
}

static void *allocate(uint64_t bytes) {
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        fail("mmap");
    }
    return memory;
}

/* ---- Memory ---- */

static struct {
    uint64_t *area;
    uint32_t *versions;
    uint64_t hot;
    uint64_t pages;
    uint64_t stride;
    uint64_t pass;
    uint64_t in_pass;
    uint64_t next;
    uint64_t walk;
    uint64_t written;
    uint64_t verified;
} memory;

static uint64_t *page_at(uint64_t id) {
    return memory.area + id * PAGE_WORDS;
}

static uint64_t common_factor(uint64_t a, uint64_t b) {
    return b == 0 ? a : common_factor(b, a % b);
}

static void fill_memory(uint64_t hot, uint64_t cold) {
    memory.hot = hot;
    memory.pages = hot + cold;
    memory.area = allocate(memory.pages * PAGE_BYTES);
    memory.versions = allocate(memory.pages * sizeof *memory.versions);
    for (uint64_t id = 0; id < memory.pages; id++) {
        fill(page_at(id), id, 1);
        memory.versions[id] = 1;
    }
    memory.written = hot;
    memory.pass = 2;
    /* Not one after the other, and yet each once in a pass. */
    memory.stride = hot * 618 / 1000 + 1;
    while (common_factor(memory.stride, hot) != 1) {
        memory.stride++;
    }
}

static void check_version(uint64_t id, uint64_t expected) {
    if (memory.versions[id] != expected) {
        corrupt("version", id, 0, expected, memory.versions[id]);
        memory.versions[id] = (uint32_t)expected;
    }
}

static void rewrite_next(void) {
    uint64_t id = memory.next;
    check_version(id, memory.pass - 1);
    verify("hot", page_at(id), id, memory.pass - 1);
    fill(page_at(id), id, memory.pass);
    memory.versions[id] = (uint32_t)memory.pass;
    memory.written++;
    memory.verified++;
    memory.next = (memory.next + memory.stride) % memory.hot;
    if (++memory.in_pass == memory.hot) {
        memory.in_pass = 0;
        memory.pass++;
    }
}

static void walk(uint64_t count) {
    for (; count > 0; count--) {
        uint64_t id = memory.walk;
        int hot = id < memory.hot;
        if (!hot) {
            check_version(id, 1);
        } else if (memory.versions[id] != memory.pass) {
            check_version(id, memory.pass - 1);
        }
        verify(hot ? "hot" : "cold", page_at(id), id, memory.versions[id]);
        memory.verified++;
        memory.walk = (id + 1) % memory.pages;
    }
}

/* ---- Disk ---- */

static struct {
    int file;
    useconds_t think_micros;
    uint64_t *out;
    uint64_t *in;
    uint32_t versions[BLOCKS];
    struct {
        uint64_t block;
        uint32_t version;
    } held[BUFFERS];
} disk;

static uint64_t block_id(uint64_t block) {
    return DISK_ID + block * BLOCK_PAGES;
}

static void write_block(uint64_t block, uint32_t version) {
    for (int i = 0; i < BLOCK_PAGES; i++) {
        fill(disk.out + i * PAGE_WORDS, block_id(block) + (uint64_t)i, version);
    }
    if (pwrite(disk.file, disk.out, BLOCK_BYTES, (off_t)(block * BLOCK_BYTES)) != BLOCK_BYTES) {
        corrupt("write", block, 0, 0, (uint64_t)errno);
    }
    disk.versions[block] = version;
}

static void verify_buffer(const char *kind, uint64_t *buffer, uint64_t block, uint32_t version) {
    for (int i = 0; i < BLOCK_PAGES; i++) {
        verify(kind, buffer + i * PAGE_WORDS, block_id(block) + (uint64_t)i, version);
    }
}

/* The device writes into memory: what it wrote is looked at now, and again when the buffer's turn comes. */
static void read_block(uint64_t block, int slot) {
    uint64_t *buffer = disk.in + (uint64_t)slot * BLOCK_PAGES * PAGE_WORDS;
    if (disk.held[slot].version != 0) {
        verify_buffer("held", buffer, disk.held[slot].block, disk.held[slot].version);
    }
    if (pread(disk.file, buffer, BLOCK_BYTES, (off_t)(block * BLOCK_BYTES)) != BLOCK_BYTES) {
        corrupt("read", block, 0, 0, (uint64_t)errno);
    }
    verify_buffer("disk", buffer, block, disk.versions[block]);
    disk.held[slot].block = block;
    disk.held[slot].version = disk.versions[block];
}

static void *use_disk(void *unused) {
    (void)unused;
    uint64_t random = 88172645463325252ull;
    for (int slot = 0;; ) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        uint64_t block = random % BLOCKS;
        if (random >> 63) {
            write_block(block, disk.versions[block] + 1);
        } else {
            read_block(block, slot);
            slot = (slot + 1) % BUFFERS;
        }
        atomic_fetch_add(&disk_operations, 1);
        if (disk.think_micros > 0) {
            usleep(disk.think_micros);
        }
    }
    return NULL;
}

static void start_disk(const char *path, long think_micros) {
    disk.file = -1;
    for (int tries = 0; disk.file < 0 && tries < 500; tries++) {
        disk.file = open(path, O_RDWR | O_DIRECT | O_CLOEXEC);
        if (disk.file < 0) {
            usleep(10000);
        }
    }
    if (disk.file < 0) {
        fail(path);
    }
    disk.think_micros = (useconds_t)think_micros;
    disk.out = allocate(BLOCK_BYTES);
    disk.in = allocate((uint64_t)BUFFERS * BLOCK_BYTES);
    for (uint64_t block = 0; block < BLOCKS; block++) {
        write_block(block, 1);
    }
    pthread_t thread;
    if (pthread_create(&thread, NULL, use_disk, NULL) != 0) {
        fail("pthread_create");
    }
}

/* ---- Parameters and the loop ---- */

static char parameters[4096];

static const char *text_parameter(const char *name) {
    size_t length = strlen(name);
    for (char *at = parameters; (at = strstr(at, name)) != NULL; at += length) {
        if ((at == parameters || at[-1] == ' ') && at[length] == '=') {
            return at + length + 1;
        }
    }
    return NULL;
}

static long parameter(const char *name, long otherwise) {
    const char *text = text_parameter(name);
    return text == NULL ? otherwise : strtol(text, NULL, 10);
}

static void read_parameters(void) {
    int file = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
    ssize_t length = file < 0 ? -1 : read(file, parameters, sizeof parameters - 1);
    if (length < 0) {
        fail("/proc/cmdline");
    }
    parameters[length] = 0;
    close(file);
}

static void beat(uint64_t number) {
    print("HB %lu %lu %lu %lu %lu %lu %lu\n", number, now_nanos() / 1000000, memory.pass - 1, memory.written,
          memory.verified, atomic_load(&corruptions), atomic_load(&disk_operations));
}

static void run(long rate, uint64_t beat_nanos, uint64_t walk_pages) {
    uint64_t number = 0;
    uint64_t next_beat = now_nanos();
    uint64_t next_page = next_beat;
    uint64_t page_nanos = rate > 0 ? 1000000000u / (uint64_t)rate : 0;
    for (;;) {
        uint64_t now = now_nanos();
        if (now >= next_beat) {
            walk(walk_pages);
            beat(++number);
            next_beat += beat_nanos;
            if (next_beat < now) {
                next_beat = now + beat_nanos;
            }
        }
        if (rate < 0) {
            for (int i = 0; i < 16; i++) {
                rewrite_next();
            }
            continue;
        }
        /* After a pause it goes on from now, and does not make up for more than a heartbeat. */
        if (next_page + beat_nanos < now) {
            next_page = now - beat_nanos;
        }
        for (int i = 0; rate > 0 && next_page <= now && i < 64; i++) {
            rewrite_next();
            next_page += page_nanos;
        }
        if (rate == 0 || next_page > now) {
            uint64_t wake = rate == 0 || next_beat < next_page + 1000000 ? next_beat : next_page + 1000000;
            if (wake > now) {
                struct timespec rest = {(time_t)((wake - now) / 1000000000u), (long)((wake - now) % 1000000000u)};
                nanosleep(&rest, NULL);
            }
        }
    }
}

int main(void) {
    console = open("/dev/ttyS0", O_WRONLY | O_NOCTTY | O_CLOEXEC);
    read_parameters();
    uint64_t beat_millis = (uint64_t)parameter("lab.beat", 10);
    uint64_t walk_millis = (uint64_t)parameter("lab.walk", 2000);
    fill_memory((uint64_t)parameter("lab.hot", 16) * PAGES_PER_MIB, (uint64_t)parameter("lab.cold", 16) * PAGES_PER_MIB);
    char device[64];
    const char *path = text_parameter("lab.disk");
    if (path != NULL && sscanf(path, "%63s", device) == 1) {
        start_disk(device, parameter("lab.think", 500));
    }
    print("READY\n");
    run(parameter("lab.rate", 0), beat_millis * 1000000, 1 + memory.pages * beat_millis / walk_millis);
}
