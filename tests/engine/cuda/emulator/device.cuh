// The kernels' view of a machine (odyssey/engine/cuda/kernels/device.cuh), imitated on a processor.
//
// Each thread of a cluster is a coroutine that runs until it comes to a barrier. Blocks of shared memory begin as NaN,
// and so do exchanges between lanes, so that what nobody wrote is noticed. A cluster whose threads wait for one another
// for ever ends the process.
#pragma once

#include <ucontext.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <vector>

#define __device__
#define __global__
#define __forceinline__ inline
#define __noinline__
#define __launch_bounds__(...)
#define __cluster_dims__(...)

using std::ceil;
using std::exp;
using std::isfinite;
using std::log;
using std::log1p;
using std::tanh;

constexpr int WARP = 32;

namespace emulator {

struct Barrier {
    int arrived = 0, generation = 0;
};

struct Warp {
    Barrier barrier;
    alignas(16) char exchange[WARP][16];
};

struct Block {
    std::vector<char> shared;
    std::vector<Warp> warps;
    Barrier barrier;
};

struct Thread {
    ucontext_t context;
    std::unique_ptr<char[]> stack;
    int index, block;
    bool over = false;
};

struct Cluster {
    std::vector<Block> blocks;
    std::vector<Thread> threads;
    Barrier barrier;
    int first_block, threads_each;
    long long progress = 0;
};

inline Cluster* cluster;
inline Thread* current;
inline ucontext_t scheduler;
inline std::function<void()> kernel;

inline void wait(Barrier& barrier, int count)
{
    int generation = barrier.generation;
    cluster->progress++;
    if (++barrier.arrived == count) {
        barrier.arrived = 0;
        barrier.generation++;
        return;
    }
    while (barrier.generation == generation) swapcontext(&current->context, &scheduler);
}

inline void start()
{
    kernel();
    current->over = true;
    cluster->progress++;
    swapcontext(&current->context, &scheduler);
}

// One cluster of `blocks` blocks, from number `first_block` of the launch on, to its end.
inline void run(int first_block, int blocks, int threads, int shared, std::function<void()> body)
{
    constexpr size_t STACK = 1 << 17;
    Cluster here;
    cluster = &here;
    kernel = body;
    here.first_block = first_block;
    here.threads_each = threads;
    here.blocks.resize(blocks);
    for (Block& block : here.blocks) {
        block.shared.assign(shared + 16, char(0xff));
        block.warps.resize(threads / WARP);
    }
    here.threads.resize(blocks * threads);
    for (int k = 0; k < blocks * threads; k++) {
        Thread& thread = here.threads[k];
        thread.index = k % threads;
        thread.block = k / threads;
        thread.stack.reset(new char[STACK]);
        getcontext(&thread.context);
        thread.context.uc_stack.ss_sp = thread.stack.get();
        thread.context.uc_stack.ss_size = STACK;
        thread.context.uc_link = nullptr;
        makecontext(&thread.context, start, 0);
    }
    for (bool all_over = false; !all_over;) {
        long long before = here.progress;
        all_over = true;
        for (Thread& thread : here.threads) {
            if (thread.over) continue;
            all_over = false;
            current = &thread;
            swapcontext(&scheduler, &thread.context);
        }
        if (!all_over && here.progress == before) {
            fprintf(stderr, "the threads of a cluster wait for one another for ever\n");
            abort();
        }
    }
}

inline Block& block() { return cluster->blocks[current->block]; }
inline Warp& warp() { return block().warps[current->index / WARP]; }

}  // namespace emulator

inline int thread() { return emulator::current->index; }
inline int threads() { return emulator::cluster->threads_each; }
inline int lane() { return thread() % WARP; }
inline int warp() { return thread() / WARP; }
inline int warps() { return threads() / WARP; }
inline int trial() { return emulator::cluster->first_block / CLUSTER; }
inline int rank() { return emulator::current->block; }

inline char* aligned(std::vector<char>& memory)
{
    return reinterpret_cast<char*>((reinterpret_cast<uintptr_t>(memory.data()) + 15) / 16 * 16);
}

inline char* shared_memory() { return aligned(emulator::block().shared); }
inline void block_barrier() { emulator::wait(emulator::block().barrier, threads()); }
inline void cluster_arrive() {}
inline void cluster_wait() { emulator::wait(emulator::cluster->barrier, CLUSTER * threads()); }
inline void cluster_barrier() { cluster_wait(); }
inline void warp_barrier() { emulator::wait(emulator::warp().barrier, WARP); }

template <typename T>
T* remote(T* place, int other)
{
    if (other != rank() && emulator::cluster->barrier.generation == 0) {
        fprintf(stderr, "a block that may not have begun has no shared memory yet: a cluster barrier must come first\n");
        abort();
    }
    char* there = aligned(emulator::cluster->blocks[other].shared);
    return reinterpret_cast<T*>(there + (reinterpret_cast<char*>(place) - shared_memory()));
}

template <typename T>
T of_lane(T value, int source)
{
    emulator::Warp& here = emulator::warp();
    memcpy(here.exchange[lane()], &value, sizeof value);
    warp_barrier();
    memcpy(&value, here.exchange[source], sizeof value);
    warp_barrier();
    return value;
}

template <typename T>
T from_lane(T value, int distance)
{
    return of_lane(value, lane() ^ distance);
}

inline unsigned lanes_where(bool yes)
{
    emulator::Warp& here = emulator::warp();
    here.exchange[lane()][0] = yes;
    warp_barrier();
    unsigned where = 0;
    for (int k = 0; k < WARP; k++) where |= unsigned(here.exchange[k][0] != 0) << k;
    warp_barrier();
    return where;
}

inline float inverse(float x) { return 1 / x; }
inline double inverse(double x) { return 1 / x; }
inline void tell_host(int* flag) { *flag = 1; }
inline double __longlong_as_double(long long bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}
inline long long __double_as_longlong(double value)
{
    long long bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}
inline int __ffs(unsigned bits) { return __builtin_ffs(int(bits)); }
inline float __fadd_rn(float a, float b) { return a + b; }
inline float __fmul_rn(float a, float b) { return a * b; }
