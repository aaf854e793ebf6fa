// What the kernels ask of the machine: who am I, barriers, the shared memory of this block and of its cluster.
//
// A trial is trained by a cluster of CLUSTER blocks, a constant of the compilation.
#pragma once

constexpr int WARP = 32;

__device__ __forceinline__ int thread() { return threadIdx.x; }
__device__ __forceinline__ int threads() { return blockDim.x; }
__device__ __forceinline__ int lane() { return threadIdx.x % WARP; }
__device__ __forceinline__ int warp() { return threadIdx.x / WARP; }
__device__ __forceinline__ int warps() { return blockDim.x / WARP; }

// Which trial of the launch, and which of its blocks.
__device__ __forceinline__ int trial() { return blockIdx.x / CLUSTER; }
__device__ __forceinline__ int rank() { return blockIdx.x % CLUSTER; }

__device__ __forceinline__ char* shared_memory()
{
    extern __shared__ __align__(16) char memory[];
    return memory;
}

__device__ __forceinline__ void block_barrier() { __syncthreads(); }

// A barrier for all threads of the cluster in two parts: what was written before a thread arrived, to any memory, is
// seen by those who have waited. A thread does well to write to global memory between the two: what it has written just
// before it arrives must first have come through.
__device__ __forceinline__ void cluster_arrive()
{
#if CLUSTER > 1
    asm volatile("barrier.cluster.arrive.release.aligned;" ::: "memory");
#endif
}

__device__ __forceinline__ void cluster_wait()
{
#if CLUSTER > 1
    asm volatile("barrier.cluster.wait.acquire.aligned;" ::: "memory");
#else
    __syncthreads();
#endif
}

__device__ __forceinline__ void cluster_barrier()
{
    cluster_arrive();
    cluster_wait();
}

// Where `place`, in the shared memory of this block, is in that of block `other` of the cluster.
template <typename T>
__device__ __forceinline__ T* remote(T* place, int other)
{
#if CLUSTER == 1
    return place;
#else
    T* there;
    asm("mapa.u64 %0, %1, %2;" : "=l"(there) : "l"(place), "r"(other));
    return there;
#endif
}

template <typename T>
__device__ __forceinline__ T from_lane(T value, int distance) { return __shfl_xor_sync(~0u, value, distance); }

template <typename T>
__device__ __forceinline__ T of_lane(T value, int lane) { return __shfl_sync(~0u, value, lane); }

__device__ __forceinline__ unsigned lanes_where(bool yes) { return __ballot_sync(~0u, yes); }
__device__ __forceinline__ void warp_barrier() { __syncwarp(); }

// Faster than a division, and exact to two units in the last place.
__device__ __forceinline__ float inverse(float x) { return __fdividef(1.0f, x); }
__device__ __forceinline__ double inverse(double x) { return 1.0 / x; }

// The host, which sees `flag`, then sees all that the cluster wrote before the last barrier.
__device__ __forceinline__ void tell_host(int* flag)
{
    __threadfence_system();
    *static_cast<volatile int*>(flag) = 1;
}
