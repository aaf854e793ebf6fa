// Nesterov's step as in the authors' code: the end of one update and the look-ahead of the next in one pass.
//
// g = ∇L(θ); v ← v − η g; θ ← θ − η g, and, unless it is the last update of the epoch, v ← m v; θ ← θ + v.
#pragma once

#include <product.cuh>

struct Descent {
    real rate, momentum;
    bool last;

    __device__ __forceinline__ void operator()(real& theta, real& velocity, real gradient) const
    {
        real descent = rate * gradient;
        real v = velocity - descent;
        if (last) {
            velocity = v;
            theta -= descent;
        } else {
            velocity = momentum * v;
            theta += momentum * v - descent;
        }
    }
};

// Takes a product as gradient of the weights at `theta`, whose rows are `step` apart.
struct Descend {
    real* theta;
    real* velocity;
    int step;
    Descent descent;

    struct Before {
        Four weights, velocities;
    };

    __device__ __forceinline__ Before before(int i, int j) const
    {
        return {load(theta + (i * step + j)), load(velocity + (i * step + j))};
    }

    __device__ __forceinline__ void operator()(int i, int j, const Four& gradient, Before before) const
    {
#pragma unroll
        for (int e = 0; e < 4; e++) descent(before.weights.at[e], before.velocities.at[e], gradient.at[e]);
        store(theta + (i * step + j), before.weights);
        store(velocity + (i * step + j), before.velocities);
    }
};
