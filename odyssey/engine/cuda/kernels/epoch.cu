// A trial's epoch: one update per training sequence, then the evaluation of a split. One cluster of blocks a trial.
//
// Source of the rules: Greff et al. 2017, section IV.B, and the authors' code (Nesterov's step, summed loss).

#include <ctc.cuh>
#include <job.cuh>
#include <layer.cuh>

namespace {

// A sequence of a split, as the kernel goes through it.
struct Sequence {
    const real* inputs;
    const real* numbers;  // targets of the loss Bernoulli
    const int* classes;   // targets of the others
    int begin, frames, labels;

    __device__ Sequence(const Job& job, const Split& split, int k)
    {
        begin = split.begins[k];
        frames = split.begins[k + 1] - begin;
        int target = split.target_begins[k];
        labels = split.target_begins[k + 1] - target;
        inputs = split.inputs + (long long)begin * job.padded_inputs;
        numbers = static_cast<const real*>(split.targets) + (long long)target * job.padded_outputs;
        classes = static_cast<const int*>(split.targets) + target;
    }
};

// The frames of which this block computes outputs and losses.
struct Frames {
    int begin, end;

    __device__ explicit Frames(int frames)
    {
        int each = divided_up(frames, CLUSTER);
        begin = smaller(rank() * each, frames);
        end = smaller(begin + each, frames);
    }
};

// Hidden layers and outputs of x (T, M); slice.logits come without bias.
__device__ void propagate(const Job& job, const Slice& slice, const real* x, int frames, bool keep)
{
    product<ALONG, ACROSS, Large>(
        {x, job.padded_inputs}, {job.weights + slice.W, slice.step}, frames, slice.R.columns, job.padded_inputs,
        Into{slice.pre, slice.R.columns});
    block_barrier();
    if (slice.plain())
        forward<true>(job, slice, frames, keep);
    else
        forward<false>(job, slice, frames, keep);
    Frames mine(frames);
    int hidden_step = job.directions * slice.stride;
    product<ALONG, ACROSS, Flat>(
        {slice.hidden + (long long)mine.begin * hidden_step, hidden_step},
        {job.weights + job.output_W, job.padded_outputs},
        mine.end - mine.begin, job.padded_outputs, hidden_step,
        Into{slice.logits + (long long)mine.begin * job.padded_outputs, job.padded_outputs});
    block_barrier();
}

// This thread's share of the loss; slice.logits become its gradient, and the whole cluster sees it.
__device__ double loss_and_gradient(
    const Job& job, const Slice& slice, const Sequence& sequence, int* path, bool gradient)
{
    const real* bias = job.weights + job.output_b;
    const Frames mine(sequence.frames);
    const int outputs = job.outputs, padded = job.padded_outputs;
    double loss = 0;
    if (job.loss == BERNOULLI) {
        loss = bernoulli(slice.logits, bias, sequence.numbers, outputs, padded, mine.begin, mine.end);
    } else if (job.loss == CATEGORICAL) {
        loss = categorical(slice.logits, bias, sequence.classes, path, outputs, padded, mine.begin, mine.end);
    } else {
        // Without an alignment there is neither loss nor gradient.
        const bool alignable = sequence.frames >= fewest_frames(sequence.classes, sequence.labels);
        for (int t = mine.begin + warp(); t < mine.end; t += warps()) {
            int largest;
            double logarithm = shift(slice.logits + (long long)t * padded, bias, outputs, largest);
            if (lane() == 0) {
                if (alignable) loss += logarithm;
                if (path) path[t] = largest;
            }
        }
        cluster_barrier();
        const Alignments sums(job.alignments, numbers() + slice.alignments, sequence.frames, sequence.labels);
        if (alignable && rank() == 0)
            align(sums, slice.logits, padded, sequence.frames, sequence.classes, sequence.labels);
        cluster_barrier();
        const Sum all = alignable ? likelihood(sums, sequence.frames) : Sum{1.0, 0};
        if (rank() == 0 && thread() == 0) loss -= log(all.mantissa) + LN2 * all.exponent;
        for (int t = mine.begin + warp(); gradient && t < mine.end; t += warps()) {
            real* row = slice.logits + (long long)t * padded;
            if (alignable) {
                double sum = 0;
                for (int j = lane(); j < outputs; j += WARP) sum += exp(double(row[j]));
                softmax(row, log(warp_sum(sum)), outputs, padded);
                subtract_posterior(sums, all, row, outputs, t, sequence.classes, sequence.labels);
            } else {
                for (int j = lane(); j < padded; j += WARP) row[j] = 0;
            }
        }
    }
    cluster_barrier();
    return loss;
}

// Gradients of all weights, each of which is stepped down as soon as it is there.
__device__ void descend(const Job& job, const Slice& slice, const real* x, int frames, const Descent& descent)
{
    const int n = slice.width, outputs = job.padded_outputs, hidden_step = job.directions * slice.stride;
    const int own = slice.direction * slice.stride + slice.number * n;
    const long long own_outputs = job.output_W + (long long)own * outputs;
    product<ALONG, ALONG, Small>(
        {slice.logits, outputs}, {job.weights + own_outputs, outputs}, frames, n, outputs, Into{slice.d_hidden, n});
    block_barrier();
    product<ACROSS, ACROSS, Small>(
        {slice.hidden + own, hidden_step}, {slice.logits, outputs}, n, outputs, frames,
        Descend{job.weights + own_outputs, job.velocity + own_outputs, outputs, descent});
    if (rank() == 0) {
        for (int j = thread(); j < job.outputs; j += threads()) {
            real sum = 0;
#pragma unroll 16
            for (int t = 0; t < frames; t++) sum += slice.logits[(long long)t * outputs + j];
            descent(job.weights[job.output_b + j], job.velocity[job.output_b + j], sum);
        }
    }

    if (slice.plain())
        backward<true>(job, slice, frames, descent);
    else
        backward<false>(job, slice, frames, descent);

    const int columns = slice.R.columns;
    product<ACROSS, ACROSS, Large>(
        {x, job.padded_inputs}, {slice.pre, columns}, job.padded_inputs, columns, frames,
        Descend{job.weights + slice.W, job.velocity + slice.W, slice.step, descent});
    // The recurrent weights connect a frame with the one that the layer read before it.
    const int from = slice.direction, to = 1 - from;
    const real* deltas = slice.pre + (long long)to * columns;
    product<ACROSS, ACROSS, Large>(
        {slice.hidden + (long long)from * hidden_step + slice.direction * slice.stride, hidden_step}, {deltas, columns},
        slice.stride, columns, frames - 1,
        Descend{job.weights + slice.R_at, job.velocity + slice.R_at, slice.step, descent});
    if (job.gate_recurrence)
        product<ACROSS, ACROSS, Large>(
            {slice.gates_kept + (long long)from * slice.Q.rows, slice.Q.rows}, {deltas + n, columns}, slice.Q.rows,
            slice.Q.columns, frames - 1,
            Descend{job.weights + slice.Q_at, job.velocity + slice.Q_at, slice.Q_step, descent});
    cluster_barrier();
}

// Puts the sequence, with noise, into slice.x.
__device__ void read(const Job& job, const Slice& slice, const Sequence& sequence, const float* noise)
{
    const real sigma = job.input_noise;
    const int padded = job.padded_inputs, size = sequence.frames * padded;
    for (int item = rank() * threads() + thread(); item < size; item += CLUSTER * threads()) {
        int t = item / padded, m = item % padded;
        real x = sequence.inputs[item];
        if (sigma > 0 && m < job.inputs) x += sigma * real(noise[(long long)t * job.inputs + m]);
        slice.x[item] = x;
    }
    cluster_barrier();
}

__device__ double train(const Job& job, const Slice& slice)
{
    double loss = 0;
    const float* noise = job.noise;
    for (long long step = 0; step < job.steps; step++) {
        const Sequence sequence(job, job.training, job.order[step]);
        const Descent descent{
            real(job.learning_rate * (1 - job.momentum)), real(job.momentum), step + 1 == job.steps};
        bring_near(slice.R);
        if (job.gate_recurrence) bring_near(slice.Q);
        read(job, slice, sequence, noise);
        noise += (long long)sequence.frames * job.inputs;
        propagate(job, slice, slice.x, sequence.frames, true);
        loss += loss_and_gradient(job, slice, sequence, nullptr, true);
        descend(job, slice, slice.x, sequence.frames, descent);
    }
    return loss;
}

__device__ double evaluate(const Job& job, const Slice& slice)
{
    double loss = 0;
    bring_near(slice.R);
    if (job.gate_recurrence) bring_near(slice.Q);
    for (int k = 0; k < job.evaluated.count; k++) {
        const Sequence sequence(job, job.evaluated, k);
        propagate(job, slice, sequence.inputs, sequence.frames, false);
        loss += loss_and_gradient(job, slice, sequence, job.path ? job.path + sequence.begin : nullptr, false);
    }
    return loss;
}

// A copy in shared memory of what lies with the host.
__device__ const Job& at_hand(const Job& job)
{
    const int* from = reinterpret_cast<const int*>(&job);
    int* to = reinterpret_cast<int*>(shared_memory() + SUMS * sizeof(double));
    for (int k = thread(); k < int(sizeof(Job) / sizeof(int)); k += threads()) to[k] = from[k];
    block_barrier();
    return *reinterpret_cast<const Job*>(to);
}

// Weights as they begin: those before, and in training the look-ahead of the first update. After it all blocks of the
// cluster run: before, one may not write into the shared memory of another.
__device__ void begin(const Job& job)
{
    const real momentum = job.momentum;
    const long long size = job.weights == job.before ? 0 : job.size;  // nothing to do where a job only evaluates
    for (long long k = rank() * threads() + thread(); k < size; k += CLUSTER * threads()) {
        real weight = job.before[k];
        if (job.steps > 0) {
            real velocity = momentum * job.velocity[k];
            job.velocity[k] = velocity;
            weight += velocity;
        }
        job.weights[k] = weight;
    }
    cluster_barrier();
}

// The sum over all threads of the cluster, in a fixed order, in thread 0 of block 0.
__device__ double total(double value)
{
    double* sums = reinterpret_cast<double*>(shared_memory());
    value = warp_sum(value);
    if (lane() == 0) sums[warp()] = value;
    block_barrier();
    if (thread() == 0) {
        double sum = 0;
        for (int w = 0; w < warps(); w++) sum += sums[w];
        *remote(sums + WARP + rank(), 0) = sum;
    }
    cluster_barrier();
    double sum = 0;
    for (int other = 0; other < CLUSTER; other++) sum += sums[WARP + other];
    cluster_barrier();
    return sum;
}

}  // namespace

// blockDim: threads of a block, a multiple of 32; gridDim: CLUSTER blocks a job.
extern "C" __global__ void __launch_bounds__(512, 1)
#if CLUSTER > 1
__cluster_dims__(CLUSTER, 1, 1)
#endif
epoch(const Job* jobs)
{
    const Job& job = at_hand(jobs[trial()]);
    const Slice slice(job);
    begin(job);
    double trained = total(job.steps > 0 ? train(job, slice) : 0.0);
    double evaluated = total(job.evaluated.count > 0 ? evaluate(job, slice) : 0.0);
    bool finite = true;
    for (long long k = rank() * threads() + thread(); k < job.size; k += CLUSTER * threads())
        finite &= bool(isfinite(job.weights[k]));
    double broken = total(finite ? 0.0 : 1.0);
    if (rank() == 0 && thread() == 0) {
        job.losses[0] = broken > 0 ? not_a_number() : trained;
        job.losses[1] = broken > 0 ? not_a_number() : evaluated;
        tell_host(job.done);
    }
}
