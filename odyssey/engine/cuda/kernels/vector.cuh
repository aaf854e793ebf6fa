// Four numbers that are loaded and stored at once, and sums over a warp.
#pragma once

#include <device.cuh>

// float or double: an option of the compilation.
#ifndef real
#define real float
#endif

struct alignas(16) Four {
    real at[4];
};

__device__ __forceinline__ Four load(const real* from) { return *reinterpret_cast<const Four*>(from); }
__device__ __forceinline__ void store(real* to, const Four& values) { *reinterpret_cast<Four*>(to) = values; }

// NVRTC has no macros for these.
__device__ __forceinline__ double infinite() { return __longlong_as_double(0x7ff0000000000000ll); }
__device__ __forceinline__ double not_a_number() { return __longlong_as_double(0x7ff8000000000000ll); }

__device__ __forceinline__ int smaller(int a, int b) { return a < b ? a : b; }
__device__ __forceinline__ int divided_up(int a, int b) { return (a + b - 1) / b; }

// The same sum in every lane, in a fixed order.
template <typename T>
__device__ __forceinline__ T warp_sum(T value)
{
    for (int distance = WARP / 2; distance > 0; distance /= 2) value += from_lane(value, distance);
    return value;
}

template <typename T>
__device__ __forceinline__ T warp_max(T value)
{
    for (int distance = WARP / 2; distance > 0; distance /= 2) {
        T other = from_lane(value, distance);
        // A NaN stays.
        value = value >= other || value != value ? value : other;
    }
    return value;
}
